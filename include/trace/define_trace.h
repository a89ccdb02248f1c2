/* SPDX-License-Identifier: MIT */
/* The second reading of a trace header, which would make the events: there is nothing to make. */
#undef CREATE_TRACE_POINTS
