/* SPDX-License-Identifier: MIT */
#include "port/x86_64/memmap.h"

#define FRAME 4096ULL

static uint64_t span_gap(const struct memmap_entry *e, uint64_t start, uint64_t last)
{
	if (e->last < start)
		return start - e->last;
	return e->start > last ? e->start - last : 0;
}

/* The map is full: let the reservation closest to [start, last] cover it too. */
static bool absorb(struct memmap *m, uint64_t start, uint64_t last)
{
	struct memmap_entry *best = NULL;

	for (struct memmap_entry *e = m->e; e < m->e + m->nr; e++) {
		if (e->ram)
			continue;
		if (!best || span_gap(e, start, last) < span_gap(best, start, last))
			best = e;
	}
	if (!best)
		return false;
	best->start = start < best->start ? start : best->start;
	best->last = last > best->last ? last : best->last;
	return true;
}

bool memmap_add(struct memmap *m, uint64_t start, uint64_t len, uint32_t type)
{
	uint64_t last = start + (len - 1);
	bool ram = type == MEMMAP_RAM;

	if (!len)
		return true;
	if (last < start)
		last = UINT64_MAX;
	if (m->nr >= MEMMAP_MAX - (ram ? MEMMAP_SPARE : 0))
		return !ram && absorb(m, start, last);
	if (!ram) {
		/* A frame that is partly something else is no frame. */
		start &= ~(FRAME - 1);
		last |= FRAME - 1;
	}
	m->e[m->nr++] = (struct memmap_entry){ start, last, ram };
	return true;
}

/* What the byte at `at` is: a port_kind, or 0 for a hole. */
static unsigned kind_at(const struct memmap *m, uint64_t at)
{
	bool ram = false, other = false;

	for (unsigned i = 0; i < m->nr; i++) {
		if (at < m->e[i].start || at > m->e[i].last)
			continue;
		ram |= m->e[i].ram;
		other |= !m->e[i].ram;
	}
	if (!ram)
		return 0;
	return other ? PORT_RESERVED : PORT_RAM;
}

/* The first address above `at` where some claim begins or ends; 0 when there is none. */
static uint64_t next_edge(const struct memmap *m, uint64_t at)
{
	uint64_t best = 0;

	for (unsigned i = 0; i < m->nr; i++) {
		uint64_t edge[2] = { m->e[i].start, m->e[i].last + 1 };

		for (int k = 0; k < 2; k++)
			if (edge[k] > at && (!best || edge[k] < best))
				best = edge[k];
	}
	return best;
}

static uint64_t size_of(const struct port_range *r)
{
	return r->end - r->start;
}

/* Of two ranges, the one to give up first. */
static bool worth_less(const struct port_range *a, const struct port_range *b)
{
	if (a->kind != b->kind)
		return a->kind == PORT_RESERVED;
	return size_of(a) < size_of(b);
}

struct output {
	struct port_range *out;
	unsigned nr, max;
	uint64_t limit, lost;
};

static void give_up(struct output *o, const struct port_range *r)
{
	if (r->kind == PORT_RAM)
		o->lost += size_of(r);
}

/* Append r, dropping the least valuable range when there is no room. */
static void append(struct output *o, const struct port_range *r)
{
	unsigned worst = 0;

	if (o->nr < o->max) {
		o->out[o->nr++] = *r;
		return;
	}
	for (unsigned i = 1; i < o->nr; i++)
		if (worth_less(&o->out[i], &o->out[worst]))
			worst = i;
	if (worth_less(r, &o->out[worst])) {
		give_up(o, r);
		return;
	}
	give_up(o, &o->out[worst]);
	for (unsigned i = worst; i + 1 < o->nr; i++)
		o->out[i] = o->out[i + 1];
	o->out[o->nr - 1] = *r;
}

/* A maximal run of one kind, in bytes: cut it to frames below the limit. */
static void finish(struct output *o, struct port_range r)
{
	if (!r.kind)
		return;
	if (r.end > o->limit) {
		if (r.kind == PORT_RAM)
			o->lost += r.end - (r.start > o->limit ? r.start : o->limit);
		r.end = o->limit;
	}
	if (r.start >= r.end)
		return;
	r.start = (r.start + FRAME - 1) & ~(FRAME - 1);
	r.end &= ~(FRAME - 1);
	if (r.start < r.end)
		append(o, &r);
}

unsigned memmap_normalise(const struct memmap *m, uint64_t limit, struct port_range *out, unsigned max,
			  uint64_t *lost)
{
	struct output o = { out, 0, max, limit & ~(FRAME - 1), 0 };
	struct port_range run = { 0, 0, 0 };
	uint64_t at = 0, edge;

	/* Between two edges nothing changes: one look at the first byte decides the piece. */
	do {
		unsigned kind = kind_at(m, at);

		edge = next_edge(m, at);
		if (kind != run.kind) {
			finish(&o, run);
			run.start = at;
			run.kind = kind;
		}
		run.end = edge ? edge : UINT64_MAX;
		at = edge;
	} while (edge);
	finish(&o, run);
	if (lost)
		*lost = o.lost;
	return o.nr;
}

void memmap_settle(struct memmap *m, const struct port_range *r, unsigned nr)
{
	m->nr = 0;
	for (unsigned i = 0; i < nr; i++) {
		memmap_add(m, r[i].start, size_of(&r[i]), MEMMAP_RAM);
		if (r[i].kind != PORT_RAM)
			memmap_add(m, r[i].start, size_of(&r[i]), MEMMAP_OTHER);
	}
}

/* The highest place for len bytes in r below `below`, or 0. */
static uint64_t place_in(const struct port_range *r, uint64_t len, uint64_t align, uint64_t below)
{
	uint64_t end = r->end < below ? r->end : below, at;

	if (r->kind != PORT_RAM || end < r->start || end - r->start < len)
		return 0;
	at = (end - len) & ~(align - 1);
	return at < r->start ? 0 : at;
}

uint64_t memmap_take(struct memmap *m, uint64_t len, uint64_t align, uint64_t below)
{
	struct port_range r[PORT_MAX_RANGES];
	unsigned nr = memmap_normalise(m, UINT64_MAX, r, PORT_MAX_RANGES, NULL);
	uint64_t at = 0;

	if (!len || m->nr >= MEMMAP_MAX)
		return 0;
	while (nr-- && !at)
		at = place_in(&r[nr], len, align, below);
	if (at)
		memmap_add(m, at, len, MEMMAP_OTHER);
	return at;
}
