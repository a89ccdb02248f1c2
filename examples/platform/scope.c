// SPDX-License-Identifier: MIT
/* The driver. Read scope.h first. */
#include "scope.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

char scope_trace[64];

static void note(char letter)
{
	size_t n = strlen(scope_trace);

	if (n + 1 < sizeof(scope_trace)) {
		scope_trace[n] = letter;
		scope_trace[n + 1] = 0;
	}
}

/* A resource that only says when its place in the order of release has come. */
static void mark_release(struct device *dev, void *res)
{
	char letter = *(char *)res;

	dev_info(dev, "gives back: %s\n", letter == 'S' ? "structure" : letter == 'R' ? "region" :
		 letter == 'L' ? "label" : letter == 'B' ? "buffer" : "index");
	note(letter);
}

/* Each step of the probe is followed by its mark, so that the log shows the order. */
static int took(struct device *dev, const void *thing, char letter)
{
	char *res;

	if (!thing)
		return -ENOMEM;
	res = devres_alloc(mark_release, 1, GFP_KERNEL);
	if (!res)
		return -ENOMEM;
	*res = letter;
	devres_add(dev, res);
	note(letter | 0x20);
	return 0;
}

static void scope_stop(void *data)
{
	struct scope *s = data;

	dev_info(s->dev, "gives back: power\n");
	s->running = false;
	note('P');
}

static int take_ports(struct platform_device *pdev)
{
	struct resource *r = platform_get_resource(pdev, IORESOURCE_IO, 0);

	if (!r)
		return dev_err_probe(&pdev->dev, -ENODEV, "no ports\n");
	return took(&pdev->dev, devm_request_region(&pdev->dev, r->start, resource_size(r), "scope"), 'R');
}

/* Buffer and index come and go together: a group, so that both could be replaced at run time. */
static int take_samples(struct scope *s)
{
	void *group = devres_open_group(s->dev, NULL, GFP_KERNEL);
	int err;

	if (!group)
		return -ENOMEM;
	s->samples = (u16 *)devm_get_free_pages(s->dev, GFP_KERNEL | __GFP_ZERO, SCOPE_SAMPLE_ORDER);
	err = took(s->dev, s->samples, 'B');
	if (err)
		return err;
	s->nr_index = (PAGE_SIZE << SCOPE_SAMPLE_ORDER) / sizeof(*s->samples) / 64;
	s->index = devm_kcalloc(s->dev, s->nr_index, sizeof(*s->index), GFP_KERNEL);
	err = took(s->dev, s->index, 'I');
	if (err)
		return err;
	devres_close_group(s->dev, group);
	return 0;
}

static int scope_probe(struct platform_device *pdev)
{
	struct scope *s = devm_kzalloc(&pdev->dev, sizeof(*s), GFP_KERNEL);
	int err = took(&pdev->dev, s, 'S');

	if (err)
		return err;
	s->dev = &pdev->dev;
	err = take_ports(pdev);
	if (err)
		return err;
	s->label = devm_kasprintf(&pdev->dev, GFP_KERNEL, "%s at %pR", pdev->name, pdev->resource);
	err = took(&pdev->dev, s->label, 'L');
	if (err)
		return err;
	err = take_samples(s);
	if (err)
		return err;
	s->running = true;
	note('p');
	err = devm_add_action_or_reset(&pdev->dev, scope_stop, s);
	if (err)
		return err;
	platform_set_drvdata(pdev, s);
	dev_info(&pdev->dev, "%s, %u samples\n", s->label, s->nr_index * 64);
	return 0;
}

struct platform_driver scope_driver = {
	.probe = scope_probe,
	.driver = { .name = "scope" },
};
module_platform_driver(scope_driver);

MODULE_DESCRIPTION("A platform driver that leaves the cleaning up to devres");
MODULE_LICENSE("Dual MIT/GPL");
