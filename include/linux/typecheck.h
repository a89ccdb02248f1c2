/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TYPECHECK_H
#define _LINUX_TYPECHECK_H

#define typecheck(type, x) ({ type kmk_a_; __typeof__(x) kmk_b_; (void)(&kmk_a_ == &kmk_b_); 1; })
#define typecheck_fn(type, function) ({ __typeof__(type) kmk_fn_ = function; (void)kmk_fn_; })
#define typecheck_pointer(x) ({ __typeof__(x) kmk_p_; (void)sizeof(*kmk_p_); 1; })

#endif
