/* SPDX-License-Identifier: MIT */
/*
 * Made-up memory maps against a naive model.
 *
 *	memmap_fuzz [maps, default 200000 [seed, default 1]]
 *
 * or with -DMEMMAP_LIBFUZZER and -fsanitize=fuzzer, driven by libFuzzer. The model does not cut and
 * merge: it asks of single frames whether every byte is claimed as RAM and whether anything else
 * touches it, at each frame where the answer can change. See check_*() for what is compared.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "port/x86_64/memmap.h"

#define FRAME		4096ULL
#define MAX_CLAIMS	256
#define MAX_OUT		64

struct claim {
	uint64_t start, last;		/* inclusive */
	bool ram;
};

struct world {
	struct claim claim[MAX_CLAIMS];
	unsigned nr, max;
	uint64_t limit;
	bool full;			/* the map could not hold all: only safety is promised */
	struct memmap map;
	struct port_range out[MAX_OUT];
	unsigned nr_out;
	uint64_t lost;
};

static struct {
	unsigned long maps, ranges, dropped, full, takes, taken;
} seen;

/* ---- where choices come from: libFuzzer's bytes, or a generator ------------------------------ */

static const uint8_t *data;
static size_t data_left;
static uint64_t state = 1;

static uint64_t bits(void)
{
	uint64_t v = 0;

	if (data) {
		size_t n = data_left < 3 ? data_left : 3;

		memcpy(&v, data, n);
		data += n;
		data_left -= n;
		return v * 0x9e3779b97f4a7c15ULL;	/* so that few bytes reach all choices */
	}
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static uint64_t below(uint64_t n) { return (bits() >> 20) % n; }

static uint64_t nasty_address(void)
{
	static const uint64_t borders[] = {
		0, 0xa0000, 1 << 20, 16 << 20, 1ULL << 32, 1ULL << 40, UINT64_MAX
	};
	uint64_t v;

	switch (below(8)) {
	case 0:
		return borders[below(7)] + below(5) - 2;
	case 1:
		return borders[below(7)] + (below(9) - 4) * FRAME;
	case 2:
		return (borders[below(7)] + (below(64) - 32) * FRAME + below(3)) - 1;
	case 3:
		return bits();
	case 4:
		v = 1ULL << below(64);
		return v + below(3) - 1;
	default:
		return below(96) * FRAME + (below(2) ? 0 : below(FRAME));
	}
}

static uint64_t nasty_length(void)
{
	switch (below(8)) {
	case 0:
		return below(3);
	case 1:
		return FRAME + below(3) - 1;
	case 2:
		return bits();
	case 3:
		return nasty_address();
	default:
		return below(32) * FRAME + (below(2) ? 0 : below(FRAME));
	}
}

static void claim(struct world *w, uint64_t start, uint64_t len, uint32_t type)
{
	bool ram = type == MEMMAP_RAM, held = memmap_add(&w->map, start, len, type);
	uint64_t last = start + len - 1 < start ? UINT64_MAX : start + len - 1;

	w->full |= !held || w->nr >= MEMMAP_MAX;
	if (len && (held || !ram))
		w->claim[w->nr++] = (struct claim){ start, last, ram };
}

/* Much RAM, and more small reservations in it than a map can hold. */
static void make_crowd(struct world *w)
{
	unsigned n = 140 + (unsigned)below(100);

	claim(w, 0, 1ULL << 32, MEMMAP_RAM);
	while (n--)
		claim(w, below(1 << 20) * FRAME + below(FRAME), 1 + below(2 * FRAME), MEMMAP_OTHER);
}

static void make_some(struct world *w)
{
	unsigned n = (unsigned)below(13);

	if (!below(64))
		n = (unsigned)below(48);
	if (!below(1024))
		n = 150 + (unsigned)below(100);
	while (n--)
		claim(w, nasty_address(), nasty_length(), below(3) ? MEMMAP_RAM : (uint32_t)below(12));
}

static void make_map(struct world *w)
{
	w->nr = w->map.nr = 0;
	w->full = false;
	if (below(1024))
		make_some(w);
	else
		make_crowd(w);
	w->limit = below(3) ? 1ULL << 40 : below(2) ? UINT64_MAX : nasty_address();
	w->max = below(4) ? MAX_OUT : 1 + (unsigned)below(PORT_MAX_RANGES);
}

/* ---- the model ---------------------------------------------------------------------------------- */

static bool covered(const struct world *w, uint64_t first, uint64_t last)
{
	for (uint64_t at = first;;) {
		uint64_t reach = 0;
		bool found = false;

		for (unsigned i = 0; i < w->nr; i++)
			if (w->claim[i].ram && w->claim[i].start <= at && w->claim[i].last >= at) {
				found = true;
				reach = w->claim[i].last > reach ? w->claim[i].last : reach;
			}
		if (!found || reach >= last)
			return found;
		at = reach + 1;
	}
}

static bool touched(const struct world *w, uint64_t first, uint64_t last)
{
	for (unsigned i = 0; i < w->nr; i++)
		if (!w->claim[i].ram && w->claim[i].start <= last && w->claim[i].last >= first)
			return true;
	return false;
}

static unsigned kind_of_frame(const struct world *w, uint64_t frame)
{
	uint64_t first = frame * FRAME, last = first + FRAME - 1;

	if (!covered(w, first, last))
		return 0;
	return touched(w, first, last) ? PORT_RESERVED : PORT_RAM;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Frames at which the kind may change, sorted, without doubles. */
static unsigned edges(const struct world *w, uint64_t *e)
{
	const uint64_t top = UINT64_MAX / FRAME;
	unsigned n = 0, k = 0;

	e[n++] = 0;
	for (unsigned i = 0; i < w->nr; i++) {
		uint64_t a = w->claim[i].start / FRAME, b = w->claim[i].last / FRAME;

		e[n++] = a;
		e[n++] = a < top ? a + 1 : a;
		e[n++] = b;
		e[n++] = b < top ? b + 1 : b;
	}
	qsort(e, n, sizeof(*e), by_value);
	for (unsigned i = 0; i < n; i++)
		if (!k || e[k - 1] != e[i])
			e[k++] = e[i];
	return k;
}

/* All ranges below the limit in order, as many as there are; returns their number. */
static unsigned model(const struct world *w, struct port_range *r, uint64_t *above)
{
	static uint64_t e[4 * MAX_CLAIMS + 1];
	const uint64_t stop = w->limit / FRAME;
	unsigned n = edges(w, e), nr = 0;

	*above = 0;
	for (unsigned i = 0; i < n; i++) {
		/* The top frame of all has no end in 64 bits, and no limit is above it. */
		uint64_t end = i + 1 < n ? e[i + 1] : e[i] + 1;
		unsigned kind = kind_of_frame(w, e[i]);

		if (kind == PORT_RAM && end > stop)
			*above += end - (e[i] > stop ? e[i] : stop);
		end = end < stop ? end : stop;
		if (!kind || e[i] >= end)
			continue;
		if (nr && r[nr - 1].kind == kind && r[nr - 1].end == e[i] * FRAME)
			r[nr - 1].end = end * FRAME;
		else
			r[nr++] = (struct port_range){ e[i] * FRAME, end * FRAME, kind };
	}
	return nr;
}

/* ---- the comparison ----------------------------------------------------------------------------- */

static bool well_formed(const struct world *w)
{
	const struct port_range *r = w->out;

	if (w->nr_out > w->max)
		return false;
	for (unsigned i = 0; i < w->nr_out; i++) {
		if ((r[i].start | r[i].end) % FRAME || r[i].start >= r[i].end || r[i].end > w->limit)
			return false;
		if (r[i].kind != PORT_RAM && r[i].kind != PORT_RESERVED)
			return false;
		if (i && r[i].start < r[i - 1].end)
			return false;
	}
	return true;
}

/* However full the map: no byte of what is called RAM is claimed by anybody else, or by nobody. */
static bool safe(const struct world *w)
{
	for (unsigned i = 0; i < w->nr_out; i++)
		if (w->out[i].kind == PORT_RAM && (touched(w, w->out[i].start, w->out[i].end - 1) ||
						   !covered(w, w->out[i].start, w->out[i].end - 1)))
			return false;
	return true;
}

/* What was left out is worth no more than anything kept, and RAM among it is accounted for. */
static bool right_choice(const struct world *w, const struct port_range *r, unsigned nr, uint64_t *missing)
{
	uint64_t ram = 0, reserved = 0, least_ram = UINT64_MAX, least_reserved = UINT64_MAX;
	unsigned k = 0;

	*missing = 0;
	for (unsigned i = 0; i < nr; i++) {
		uint64_t size = r[i].end - r[i].start;
		bool is_ram = r[i].kind == PORT_RAM, kept = k < w->nr_out && w->out[k].start == r[i].start;
		uint64_t *least = is_ram ? &least_ram : &least_reserved, *most = is_ram ? &ram : &reserved;

		if (kept) {
			if (w->out[k].end != r[i].end || w->out[k].kind != r[i].kind)
				return false;
			*least = size < *least ? size : *least;
			k++;
		} else {
			*most = size > *most ? size : *most;
			*missing += is_ram ? size : 0;
		}
	}
	return k == w->nr_out && ram <= least_ram && reserved <= least_reserved &&
	       (!ram || least_reserved == UINT64_MAX);
}

static bool check_exact(const struct world *w)
{
	static struct port_range r[4 * MAX_CLAIMS + 1];
	uint64_t above, missing;
	unsigned nr = model(w, r, &above), expect = nr < w->max ? nr : w->max;

	if (w->nr_out != expect || !right_choice(w, r, nr, &missing))
		return false;
	seen.dropped += missing != 0;
	/* Above the limit bytes are counted, not frames: at most two parts of frames for each run. */
	missing = missing / FRAME + above;
	return w->lost / FRAME + 1 >= missing && w->lost / FRAME <= missing + 2 * (w->nr + 1);
}

/* The highest place by trying every range. */
static uint64_t best_place(const struct memmap *m, uint64_t len, uint64_t align, uint64_t under)
{
	struct port_range r[PORT_MAX_RANGES];
	unsigned nr = memmap_normalise(m, UINT64_MAX, r, PORT_MAX_RANGES, NULL);
	uint64_t best = 0;

	for (unsigned i = 0; i < nr; i++) {
		uint64_t end = r[i].end < under ? r[i].end : under, at;

		if (r[i].kind != PORT_RAM || end < len)
			continue;
		at = (end - len) / align * align;
		if (at >= r[i].start && at > best)
			best = at;
	}
	return best;
}

/* Reservations out of what came out: inside RAM that was offered, apart from each other, gone afterwards. */
static bool check_take(struct world *w)
{
	struct claim taken[8];
	unsigned n = 0;

	memmap_settle(&w->map, w->out, w->nr_out < PORT_MAX_RANGES ? w->nr_out : PORT_MAX_RANGES);
	for (unsigned i = 0; i < 6; i++) {
		uint64_t len = (1 + below(8)) * FRAME, align = FRAME << (below(3) ? 0 : below(10));
		uint64_t under = below(2) ? 1ULL << 32 : nasty_address();
		uint64_t want = best_place(&w->map, len, align, under);
		uint64_t at = memmap_take(&w->map, len, align, under);

		seen.takes++;
		if (at != want)
			return false;
		if (!at)
			continue;
		seen.taken++;
		if (touched(w, at, at + len - 1) || !covered(w, at, at + len - 1))
			return false;
		for (unsigned k = 0; k < n; k++)
			if (at <= taken[k].last && taken[k].start <= at + len - 1)
				return false;
		taken[n++] = (struct claim){ at, at + len - 1, false };
	}
	w->nr_out = memmap_normalise(&w->map, w->limit, w->out, PORT_MAX_RANGES, &w->lost);
	for (unsigned i = 0; i < w->nr_out; i++)
		for (unsigned k = 0; k < n; k++)
			if (w->out[i].kind == PORT_RAM && w->out[i].start <= taken[k].last &&
			    taken[k].start < w->out[i].end)
				return false;
	return safe(w);
}

static void print(const struct world *w)
{
	printf("limit %#" PRIx64 ", at most %u ranges, claims:\n", w->limit, w->max);
	for (unsigned i = 0; i < w->nr; i++)
		printf("  %016" PRIx64 "-%016" PRIx64 " %s\n", w->claim[i].start, w->claim[i].last,
		       w->claim[i].ram ? "RAM" : "other");
	printf("result, %" PRIu64 " bytes lost:\n", w->lost);
	for (unsigned i = 0; i < w->nr_out; i++)
		printf("  %016" PRIx64 "-%016" PRIx64 " kind %u\n", w->out[i].start, w->out[i].end,
		       w->out[i].kind);
}

static bool one_map(void)
{
	static struct world w;
	const char *wrong = NULL;

	make_map(&w);
	w.nr_out = memmap_normalise(&w.map, w.limit, w.out, w.max, &w.lost);
	seen.maps++;
	seen.ranges += w.nr_out;
	seen.full += w.full;
	if (!well_formed(&w))
		wrong = "not sorted, disjoint whole frames below the limit";
	else if (!safe(&w))
		wrong = "RAM that is not, or not only, RAM";
	else if (!w.full && !check_exact(&w))
		wrong = "not what the model says";
	else if (!check_take(&w))
		wrong = "a reservation is wrong";
	if (wrong) {
		printf("not ok: %s (map %lu)\n", wrong, seen.maps);
		print(&w);
	}
	return !wrong;
}

#ifdef MEMMAP_LIBFUZZER
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	data = bytes;
	data_left = size;
	if (!one_map())
		abort();
	return 0;
}
#else
int main(int argc, char **argv)
{
	unsigned long maps = argc > 1 ? strtoul(argv[1], NULL, 0) : 200000, bad = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) | 1 : 1;
	while (seen.maps < maps && bad < 10)
		bad += !one_map();
	printf("%lu maps, %lu ranges; %lu maps lost RAM for want of ranges, %lu had more claims than fit; "
	       "%lu of %lu reservations found room\n", seen.maps, seen.ranges, seen.dropped, seen.full,
	       seen.taken, seen.takes);
	printf("%d passed, %lu failed\n", !bad, bad);
	return bad != 0;
}
#endif
