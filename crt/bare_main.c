/* SPDX-License-Identifier: MIT */
/*
 * bare_main() of an image that `kmemkit boot` has made: what main() is in a process. Constructors
 * (kmk_crt.c's among them) run first, then the library starts, then the runner does what the
 * request asks. Without a request everything is run and all text goes to COM1.
 */
#include "port/x86_64/bare.h"
#include "include/kmemkit/run.h"

extern void (*const bare_init_start[])(void), (*const bare_init_end[])(void);

static void complain(const char *line, size_t len)
{
	port_console(PORT_LOG, line, len);
}

int bare_main(void)
{
	static struct kmk_run_config config;
	int err;

	for (void (*const *fn)(void) = bare_init_start; fn < bare_init_end; fn++)
		(*fn)();
	err = kmemkit_start();
	config = (struct kmk_run_config){
		.run = bare_request("KMEMKIT_RUN"), .skip = bare_request("KMEMKIT_SKIP"),
		.params = bare_request("KMEMKIT_PARAMS"), .proc = bare_request("KMEMKIT_PROC"),
		.index = bare_request_number("KMEMKIT_INDEX"), .complain = complain,
	};
	if (!config.index)
		config.index = 1;
	if (!config.run && err)
		return 2;
	if (bare_event_port)
		config.event = bare_send_event;
	return kmk_run(&config);
}
