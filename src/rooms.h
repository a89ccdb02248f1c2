/* SPDX-License-Identifier: MIT */
/* What start.c needs of rooms that show nothing else to it. Rooms left out of an image have weak stand-ins. */
#ifndef KMK_ROOMS_H
#define KMK_ROOMS_H

/* vmap: 0 or a negative errno; purge settles lazily unmapped areas. */
struct port_desc;
int kmk_vmap_start(const struct port_desc *desc);
void kmk_vmap_purge(void);
void kmk_vmap_fork_lock(void);
void kmk_vmap_fork_unlock(void);
void kmk_vmap_fork_child(void);	/* behind the unlock */

/* The host's devices, put into the tree of bus addresses behind the RAM. 0 or a negative errno. */
struct port_desc;
int kmk_iomem_start(const struct port_desc *desc);

/* reclaim: lists, shrinkers, kswapd. 0 or -ENOMEM; the fork's locks come before those of all other rooms. */
int kmk_reclaim_start(void);
unsigned int kmk_reclaim_validate(void);	/* faults found, each printed */
unsigned long kmk_idle_released(void);	/* frames given back to the host so far */
void kmk_reclaim_fork_lock(void);
void kmk_reclaim_fork_unlock(void);
void kmk_reclaim_fork_copy(void);	/* all locks are held */
void kmk_reclaim_fork_parent(void);
void kmk_reclaim_fork_child(void);

/* debug: hooks of the lower rooms by boot option. An option nobody knows is an error that names it. */
int kmk_debug_start(void);
int kmk_options_check(const char *options);
unsigned long kmk_depot_frames(void);
#endif
