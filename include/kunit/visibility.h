/* SPDX-License-Identifier: MIT */
/* Symbols that are visible only so that tests can reach them: KUnit is always on here. */
#ifndef _KUNIT_VISIBILITY_H
#define _KUNIT_VISIBILITY_H

#include <linux/export.h>

#define VISIBLE_IF_KUNIT
#define EXPORT_SYMBOL_IF_KUNIT(symbol) EXPORT_SYMBOL_GPL(symbol)

#endif
