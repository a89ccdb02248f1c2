/* SPDX-License-Identifier: MIT */
/* Trace events compile to nothing: trace_NAME() takes its arguments, trace_NAME_enabled() is false. */
#ifndef _LINUX_TRACEPOINT_H
#define _LINUX_TRACEPOINT_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/errno.h>

struct tracepoint {
	const char *name;
};
struct trace_print_flags {
	unsigned long mask;
	const char *name;
};
struct trace_print_flags_u64 {
	unsigned long long mask;
	const char *name;
};

#define PARAMS(args...)		args
#define TP_PROTO(args...)	args
#define TP_ARGS(args...)	args
#define TP_CONDITION(args...)	args
#define TP_STRUCT__entry(args...)
#define TP_fast_assign(args...)
#define TP_printk(fmt, args...)
#define TP_FUNC(args...)

#define KMK_TRACE_STUB(name, proto)						\
	static inline void trace_##name(proto) { }				\
	static inline void trace_##name##_rcuidle(proto) { }			\
	static inline bool trace_##name##_enabled(void) { return false; }	\
	static inline int register_trace_##name(void *probe, void *data)	\
	{ (void)probe, (void)data; return -ENOSYS; }				\
	static inline int unregister_trace_##name(void *probe, void *data)	\
	{ (void)probe, (void)data; return -ENOSYS; }

#define DECLARE_TRACE(name, proto, args)	KMK_TRACE_STUB(name, PARAMS(proto))
#define DECLARE_TRACE_CONDITION(name, proto, args, cond) KMK_TRACE_STUB(name, PARAMS(proto))
#define DECLARE_EVENT_CLASS(name, proto, args, tstruct, assign, print)
#define DEFINE_EVENT(template, name, proto, args) KMK_TRACE_STUB(name, PARAMS(proto))
#define DEFINE_EVENT_FN(template, name, proto, args, reg, unreg) KMK_TRACE_STUB(name, PARAMS(proto))
#define DEFINE_EVENT_PRINT(template, name, proto, args, print) KMK_TRACE_STUB(name, PARAMS(proto))
#define DEFINE_EVENT_CONDITION(template, name, proto, args, cond) KMK_TRACE_STUB(name, PARAMS(proto))
#define TRACE_EVENT(name, proto, args, tstruct, assign, print) KMK_TRACE_STUB(name, PARAMS(proto))
#define TRACE_EVENT_FN(name, proto, args, tstruct, assign, print, reg, unreg) \
	KMK_TRACE_STUB(name, PARAMS(proto))
#define TRACE_EVENT_CONDITION(name, proto, args, cond, tstruct, assign, print) \
	KMK_TRACE_STUB(name, PARAMS(proto))
#define TRACE_EVENT_FLAGS(event, flag)
#define TRACE_EVENT_PERF_PERM(event, expr...)
#define TRACE_DEFINE_ENUM(a)
#define TRACE_DEFINE_SIZEOF(a)
#define DEFINE_TRACE(name, proto, args)
#define EXPORT_TRACEPOINT_SYMBOL(name)
#define EXPORT_TRACEPOINT_SYMBOL_GPL(name)
#define tracepoint_enabled(tp)		false
#define DECLARE_TRACEPOINT(tp)
#define tracepoint_synchronize_unregister() do { } while (0)
#define tracepoint_string(str)		(str)

#endif
