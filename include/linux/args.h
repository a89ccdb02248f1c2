/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ARGS_H
#define _LINUX_ARGS_H

#define KMK_ARG_16TH(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, x...) p
#define COUNT_ARGS(x...)	KMK_ARG_16TH(, ##x, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define __CONCAT_ARGS(a, b)	a##b
#define CONCATENATE(a, b)	__CONCAT_ARGS(a, b)

#endif
