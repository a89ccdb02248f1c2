/* SPDX-License-Identifier: MIT */
/*
 * -DKMEMKIT_CLASSIC: allocation flags of Linux 2.4 on the modern engine.
 *
 * The sets are sums of the bits below, literally: GFP_KERNEL == GFP_NOFS | __GFP_FS. Two facts of
 * 2.4 do not fit into such sums: every request wakes kswapd below low, and a request that does not
 * say __GFP_HIGHIO may not have HIGHMEM pages written. Each classic entry point adds them, by
 * kmk_classic_gfp(). __GFP_HIGH is what lets KERNEL and ATOMIC below min where USER stops.
 */
#if defined(KMEMKIT_CLASSIC) && !defined(_KMEMKIT_CLASSIC_GFP_H)
#define _KMEMKIT_CLASSIC_GFP_H

#undef GFP_ATOMIC
#undef GFP_KERNEL
#undef GFP_NOIO
#undef GFP_NOFS
#undef GFP_USER
#undef GFP_HIGHUSER

#define __GFP_WAIT	((__force gfp_t)(___GFP_DIRECT_RECLAIM | ___GFP_KSWAPD_RECLAIM))
#define __GFP_HIGHIO	((__force gfp_t)___GFP_HIGHIO)

#define GFP_NORMAL	((__force gfp_t)0)
#define GFP_ATOMIC	(__GFP_HIGH)
#define GFP_NOIO	(__GFP_HIGH | __GFP_WAIT)
#define GFP_NOHIGHIO	(GFP_NOIO | __GFP_IO)
#define GFP_NOFS	(GFP_NOHIGHIO | __GFP_HIGHIO)
#define GFP_KERNEL	(GFP_NOFS | __GFP_FS)
#define GFP_NFS		GFP_KERNEL
#define GFP_KSWAPD	(__GFP_WAIT | __GFP_IO | __GFP_HIGHIO | __GFP_FS)
#define GFP_USER	(__GFP_WAIT | __GFP_IO | __GFP_HIGHIO | __GFP_FS)
#define GFP_HIGHUSER	(GFP_KSWAPD | __GFP_HIGHMEM)

/*
 * kmk_classic_gfp - what the engine is asked for a classic flag word
 *
 * DMA with HIGHMEM means only DMA. Idempotent, a constant for a constant. Any context.
 */
static inline gfp_t kmk_classic_gfp(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		gfp &= ~__GFP_HIGHMEM;
	return gfp | __GFP_KSWAPD_RECLAIM | ___GFP_CLASSIC;
}
#endif
