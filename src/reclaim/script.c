/* SPDX-License-Identifier: MIT */
/*
 * Pressure made to order (boot option pressure=, kmemkit run --pressure; grammar: docs/protocol.md).
 *
 * The script counts page requests that reach the slow path, which are all of them where owners are tracked, and
 * acts before the n-th: frames are withheld, nothing else, so that the request that follows meets what a real
 * shortage would show it. Runs of one thread repeat exactly.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "base/option.h"
#include "reclaim.h"

#define MAX_STEPS	64
#define STORM_GAP	16	/* requests between two turns of a storm */

enum action { WAIT, MARK, PERCENT, BYTES, STORM, NONE, REPEAT };

static struct step { enum action action; unsigned long arg; } steps[MAX_STEPS];
static unsigned int nr_steps, at;
static unsigned long storm_turns;	/* left of a storm; even: squeeze */
static long requests;			/* until the next step */

/* ---- acting: one thread at a time, the one that took the last request off the count ---- */

/* Free frames of every zone down to its mark, which stays: others have taken the rest. */
static void squeeze(enum zone_watermarks mark)
{
	kmk_budget_apply();
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		struct zone *zone = &kmk_zones[z];
		unsigned long free = READ_ONCE(zone->nr_free), keep = READ_ONCE(zone->watermark[mark]);

		if (free > keep)
			__atomic_store_n(&zone->withheld, max(free - keep, zone->withheld), __ATOMIC_RELAXED);
	}
}

static void leave_frames(unsigned long frames)
{
	unsigned long total = totalram_pages();

	kmk_page_withhold(frames < total ? total - frames : 0);
}

/* Requests until the next step; 0: at once. */
static long act(const struct step *s)
{
	switch (s->action) {
	case WAIT: return (long)s->arg;
	case MARK: squeeze((enum zone_watermarks)s->arg); break;
	case PERCENT: leave_frames(totalram_pages() * s->arg / 100); break;
	case BYTES: leave_frames(s->arg >> PAGE_SHIFT); break;
	case STORM: storm_turns = 2 * s->arg; break;
	case NONE: kmk_budget_apply(); break;
	case REPEAT: at = 0; break;
	}
	return 0;
}

static long next(void)
{
	long wait = 0;

	while (!wait && (storm_turns || at < nr_steps)) {
		if (storm_turns) {
			if (storm_turns-- % 2)
				kmk_budget_apply();
			else
				squeeze(WMARK_MIN);
			wait = STORM_GAP;
		} else {
			wait = act(&steps[at++]);
		}
	}
	return wait ? wait : LONG_MAX;
}

static void tick(void)
{
	if (!kmk_self()->internal && __atomic_sub_fetch(&requests, 1, __ATOMIC_SEQ_CST) == 0)
		__atomic_store_n(&requests, next(), __ATOMIC_SEQ_CST);
}

/* ---- reading ---- */

static bool number_of(const char **s, const char *end, unsigned long *v)
{
	const char *p = *s;

	for (*v = 0; p < end && *p >= '0' && *p <= '9' && *v < 1ul << 40; p++)
		*v = *v * 10 + (unsigned long)(*p - '0');
	if (p == *s)
		return false;
	*s = p;
	return true;
}

static bool is_word(const char **s, const char *end, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(end - *s) < n || strncmp(*s, word, n))
		return false;
	*s += n;
	return true;
}

static bool read_amount(const char *s, const char *end, struct step *step)
{
	static const char units[] = "kmgt";
	const char *unit;

	if (!number_of(&s, end, &step->arg) || end - s != 1)
		return false;
	if (*s == '%') {
		step->action = PERCENT;
		return step->arg >= 1 && step->arg <= 100;
	}
	unit = strchr(units, *s | 0x20);
	if (!unit || !*unit || step->arg > 1ul << 20)
		return false;
	step->action = BYTES;
	step->arg <<= 10 * (unit - units + 1);
	return true;
}

static bool read_step(const char *s, const char *end, struct step *step)
{
	static const struct { const char *word; enum action action; unsigned long arg; } words[] = {
		{ "low", MARK, WMARK_LOW }, { "min", MARK, WMARK_MIN }, { "high", MARK, WMARK_HIGH },
		{ "none", NONE, 0 }, { "repeat", REPEAT, 0 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].word) == (size_t)(end - s) && !strncmp(words[i].word, s, (size_t)(end - s))) {
			*step = (struct step){ words[i].action, words[i].arg };
			return true;
		}
	if (is_word(&s, end, "wait:"))
		step->action = WAIT;
	else if (is_word(&s, end, "storm:"))
		step->action = STORM;
	else
		return read_amount(s, end, step);
	return number_of(&s, end, &step->arg) && s == end && step->arg;
}

/* A script that repeats must wait somewhere. */
static bool ends(void)
{
	bool waits = false;

	for (unsigned int i = 0; i < nr_steps; i++) {
		waits |= steps[i].action == WAIT || steps[i].action == STORM;
		if (steps[i].action == REPEAT)
			return waits;
	}
	return true;
}

int kmk_script_start(void)
{
	const char *s = kmk_option("pressure"), *end;

	if (!s || !*s)
		return 0;
	for (;; s = end + 1) {
		end = s + strcspn(s, ", \t\n");
		if (nr_steps == MAX_STEPS || !read_step(s, end, &steps[nr_steps])) {
			printk(KERN_ERR "kmemkit: pressure: \"%.*s\" is not a step of a script, or there are more than %d\n",
			       (int)(end - s), s, MAX_STEPS);
			return -EINVAL;
		}
		nr_steps++;
		if (*end != ',')
			break;
	}
	if (!ends()) {
		printk(KERN_ERR "kmemkit: pressure: a script that repeats needs a wait\n");
		return -EINVAL;
	}
	requests = 1;
	kmk_page_tick = tick;
	return 0;
}
