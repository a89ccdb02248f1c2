// SPDX-License-Identifier: MIT
/* Devices, buses and drivers: lives, names, binding in every order, failing and deferred probes. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

static char events[256];

static void event(const char *fmt, ...)
{
	size_t at = strlen(events);
	va_list args;

	va_start(args, fmt);
	vscnprintf(events + at, sizeof(events) - at, fmt, args);
	va_end(args);
}

static int device_test_init(struct kunit *test)
{
	events[0] = 0;
	return 0;
}

/* ---- life ---- */

static void counted_release(struct device *dev)
{
	event("release(%s) ", dev_name(dev));
}

static void registered_and_released(struct kunit *test)
{
	struct device dev = { .init_name = "one", .release = counted_release };

	KUNIT_ASSERT_EQ(test, device_register(&dev), 0);
	KUNIT_EXPECT_STREQ(test, dev_name(&dev), "one");
	KUNIT_EXPECT_TRUE(test, device_is_registered(&dev));
	KUNIT_EXPECT_PTR_EQ(test, get_device(&dev), &dev);
	device_unregister(&dev);
	KUNIT_EXPECT_FALSE(test, device_is_registered(&dev));
	KUNIT_EXPECT_STREQ(test, events, "");
	put_device(&dev);
	KUNIT_EXPECT_STREQ(test, events, "release(one) ");
	KUNIT_EXPECT_NULL(test, get_device(NULL));
	put_device(NULL);
}

static void names(struct kunit *test)
{
	struct device dev = { .release = counted_release };

	device_initialize(&dev);
	KUNIT_EXPECT_EQ(test, device_add(&dev), -EINVAL);
	KUNIT_EXPECT_EQ(test, dev_set_name(&dev, "a/%d", 1), 0);
	KUNIT_EXPECT_STREQ(test, dev_name(&dev), "a!1");
	KUNIT_EXPECT_EQ(test, dev_set_name(&dev, "b"), 0);
	put_device(&dev);
	KUNIT_EXPECT_STREQ(test, events, "release(b) ");
}

static void release_is_needed(struct kunit *test)
{
	struct device dev = { .init_name = "broken" };

	KUNIT_ASSERT_EQ(test, device_register(&dev), 0);
	device_unregister(&dev);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
}

static int visit(struct device *dev, void *data)
{
	event("%s ", dev_name(dev));
	return data && !strcmp(dev_name(dev), data) ? 7 : 0;
}

static void children_hold_their_parent(struct kunit *test)
{
	struct device *top = root_device_register("top"), *found;
	struct device a = { .init_name = "a", .parent = top, .release = counted_release };
	struct device b = { .init_name = "b", .parent = top, .release = counted_release };

	KUNIT_ASSERT_EQ(test, device_register(&a) | device_register(&b), 0);
	KUNIT_EXPECT_EQ(test, device_for_each_child(top, NULL, visit), 0);
	KUNIT_EXPECT_EQ(test, device_for_each_child(top, "a", visit), 7);
	device_for_each_child_reverse(top, NULL, visit);
	KUNIT_EXPECT_STREQ(test, events, "a b a b a ");
	found = device_find_child_by_name(top, "b");
	KUNIT_EXPECT_PTR_EQ(test, found, &b);
	put_device(found);
	root_device_unregister(top);
	device_unregister(&a);
	device_unregister(&b);
	KUNIT_EXPECT_STREQ(test, events, "a b a b a release(a) release(b) ");
}

/* ---- a bus of our own ---- */

static int bus_match(struct device *dev, struct device_driver *drv)
{
	return dev_name(dev)[0] == drv->name[0];
}

static int drv_probe(struct device *dev)
{
	event("probe(%s,%s) ", dev->driver->name, dev_name(dev));
	return strchr(dev_name(dev), '!') ? -EIO : 0;
}

static int drv_remove(struct device *dev)
{
	event("remove(%s) ", dev_name(dev));
	return 0;
}

static struct bus_type bus = { .name = "testbus", .dev_name = "x", .match = bus_match };

static void bus_brings_together(struct kunit *test)
{
	struct device_driver drv = { .name = "xd", .bus = &bus, .probe = drv_probe, .remove = drv_remove };
	struct device_driver twin = { .name = "xd", .bus = &bus };
	struct device early = { .bus = &bus, .id = 3, .release = counted_release };
	struct device late = { .init_name = "x!", .bus = &bus, .release = counted_release };
	struct device *found;

	KUNIT_EXPECT_EQ(test, driver_register(&drv), -EINVAL);
	KUNIT_ASSERT_EQ(test, bus_register(&bus), 0);
	KUNIT_ASSERT_EQ(test, device_register(&early), 0);
	KUNIT_EXPECT_STREQ(test, dev_name(&early), "x3");
	KUNIT_ASSERT_EQ(test, driver_register(&drv), 0);
	KUNIT_EXPECT_EQ(test, driver_register(&twin), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, early.driver, &drv);
	KUNIT_ASSERT_EQ(test, device_register(&late), 0);
	KUNIT_EXPECT_NULL(test, late.driver);
	KUNIT_EXPECT_STREQ(test, dev_driver_string(&early), "xd");
	KUNIT_EXPECT_STREQ(test, dev_driver_string(&late), "testbus");
	found = bus_find_device_by_name(&bus, NULL, "x3");
	KUNIT_EXPECT_PTR_EQ(test, found, &early);
	put_device(found);
	device_release_driver(&early);
	KUNIT_EXPECT_EQ(test, device_attach(&early), 1);
	driver_unregister(&drv);
	KUNIT_EXPECT_NULL(test, early.driver);
	device_unregister(&late);
	device_unregister(&early);
	bus_unregister(&bus);
	KUNIT_EXPECT_STREQ(test, events, "probe(xd,x3) probe(xd,x!) remove(x3) probe(xd,x3) remove(x3) "
			   "release(x!) release(x3) ");
}

/* ---- platform ---- */

static int probe_result;
static bool ready;

static void left(void *data)
{
	event("left%ld ", (long)data);
}

static int p_probe(struct platform_device *pdev)
{
	char *mem = devm_kzalloc(&pdev->dev, 100, GFP_KERNEL);

	event("probe(%s) ", dev_name(&pdev->dev));
	if (!mem || devm_add_action_or_reset(&pdev->dev, left, (void *)1L) ||
	    devm_add_action_or_reset(&pdev->dev, left, (void *)2L))
		return -ENOMEM;
	platform_set_drvdata(pdev, mem);
	return probe_result;
}

static int p_remove(struct platform_device *pdev)
{
	event("remove(%s) ", dev_name(&pdev->dev));
	return 0;
}

static const struct platform_device_id ids[] = { { "alpha", 10 }, { "beta", 20 }, { } };

static struct platform_driver p_driver = {
	.probe = p_probe, .remove = p_remove, .driver = { .name = "pdrv" },
};

static void platform_life(struct kunit *test)
{
	struct platform_device *pdev;

	probe_result = 0;
	pdev = platform_device_register_simple("pdrv", PLATFORM_DEVID_NONE, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	KUNIT_EXPECT_PTR_EQ(test, pdev->dev.parent, &platform_bus);
	KUNIT_ASSERT_EQ(test, platform_driver_register(&p_driver), 0);
	KUNIT_EXPECT_NOT_NULL(test, platform_get_drvdata(pdev));
	platform_driver_unregister(&p_driver);
	KUNIT_EXPECT_NULL(test, platform_get_drvdata(pdev));
	KUNIT_EXPECT_TRUE(test, list_empty(&pdev->dev.devres_head));
	platform_device_unregister(pdev);
	KUNIT_EXPECT_STREQ(test, events, "probe(pdrv) remove(pdrv) left2 left1 ");
}

static void failed_probe_releases(struct kunit *test)
{
	struct platform_device *pdev;

	probe_result = -EIO;
	KUNIT_ASSERT_EQ(test, platform_driver_register(&p_driver), 0);
	pdev = platform_device_register_simple("pdrv", 4, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	KUNIT_EXPECT_NULL(test, pdev->dev.driver);
	KUNIT_EXPECT_NULL(test, platform_get_drvdata(pdev));
	KUNIT_EXPECT_STREQ(test, events, "probe(pdrv.4) left2 left1 ");
	platform_device_unregister(pdev);
	platform_driver_unregister(&p_driver);
	KUNIT_EXPECT_STREQ(test, events, "probe(pdrv.4) left2 left1 ");
}

static void matching(struct kunit *test)
{
	struct platform_device *beta, *forced = platform_device_alloc("other", PLATFORM_DEVID_AUTO);

	probe_result = 0;
	p_driver.id_table = ids;
	beta = platform_device_register_data(NULL, "beta", 1, "config", 7);
	KUNIT_ASSERT_FALSE(test, IS_ERR(beta));
	KUNIT_EXPECT_STREQ(test, (char *)dev_get_platdata(&beta->dev), "config");
	forced->driver_override = kstrdup("pdrv", GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, platform_device_add(forced), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(dev_name(&forced->dev), ".auto"));
	KUNIT_ASSERT_EQ(test, platform_driver_register(&p_driver), 0);
	KUNIT_EXPECT_EQ(test, platform_get_device_id(beta)->driver_data, 20ul);
	KUNIT_EXPECT_NOT_NULL(test, forced->dev.driver);
	platform_device_unregister(forced);
	platform_device_unregister(beta);
	platform_driver_unregister(&p_driver);
	p_driver.id_table = NULL;
}

static void resources(struct kunit *test)
{
	struct resource res[] = {
		DEFINE_RES_IO_NAMED(0x500, 8, "ports"), DEFINE_RES_IRQ(5), DEFINE_RES_IRQ_NAMED(6, "second"),
	};
	struct platform_device *pdev = platform_device_register_simple("res", 0, res, 3), *twin;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	KUNIT_EXPECT_EQ(test, platform_get_resource(pdev, IORESOURCE_IO, 0)->start, 0x500ull);
	KUNIT_EXPECT_NULL(test, platform_get_resource(pdev, IORESOURCE_MEM, 0));
	KUNIT_EXPECT_EQ(test, platform_get_irq(pdev, 1), 6);
	KUNIT_EXPECT_EQ(test, platform_get_irq_byname(pdev, "second"), 6);
	KUNIT_EXPECT_EQ(test, platform_get_irq_optional(pdev, 2), -ENXIO);
	KUNIT_EXPECT_EQ(test, platform_irq_count(pdev), 2);
	twin = platform_device_register_simple("res", 1, res, 3);
	KUNIT_EXPECT_FALSE(test, IS_ERR(twin));
	platform_device_unregister(twin);
	platform_device_unregister(pdev);
	KUNIT_EXPECT_NOT_NULL(test, request_region(0x500, 8, "free again"));
	release_region(0x500, 8);
}

static int late_probe(struct platform_device *pdev)
{
	event("try ");
	return ready ? 0 : -EPROBE_DEFER;
}

static struct platform_driver late_driver = { .probe = late_probe, .driver = { .name = "late" } };

static void deferred_probe_is_tried_again(struct kunit *test)
{
	struct platform_device *late, *other;

	ready = false;
	probe_result = 0;
	KUNIT_ASSERT_EQ(test, platform_driver_register(&late_driver), 0);
	KUNIT_ASSERT_EQ(test, platform_driver_register(&p_driver), 0);
	late = platform_device_register_simple("late", PLATFORM_DEVID_NONE, NULL, 0);
	KUNIT_EXPECT_NULL(test, late->dev.driver);
	ready = true;
	other = platform_device_register_simple("pdrv", PLATFORM_DEVID_NONE, NULL, 0);
	wait_for_device_probe();
	KUNIT_EXPECT_NOT_NULL(test, late->dev.driver);
	platform_device_unregister(other);
	platform_device_unregister(late);
	platform_driver_unregister(&p_driver);
	platform_driver_unregister(&late_driver);
	KUNIT_EXPECT_STREQ(test, events, "try probe(pdrv) try remove(pdrv) left2 left1 ");
}

static void platform_driver_probe_needs_a_device(struct kunit *test)
{
	static struct platform_driver once = { .remove = p_remove, .driver = { .name = "once" } };
	struct platform_device *pdev;

	probe_result = 0;
	KUNIT_EXPECT_EQ(test, platform_driver_probe(&once, p_probe), -ENODEV);
	pdev = platform_device_register_simple("once", PLATFORM_DEVID_NONE, NULL, 0);
	KUNIT_EXPECT_EQ(test, platform_driver_probe(&once, p_probe), 0);
	KUNIT_EXPECT_NOT_NULL(test, pdev->dev.driver);
	platform_driver_unregister(&once);
	platform_device_unregister(pdev);
	KUNIT_EXPECT_STREQ(test, events, "probe(once) remove(once) left2 left1 ");
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(registered_and_released),
	KUNIT_CASE(names),
	KUNIT_CASE(release_is_needed),
	KUNIT_CASE(children_hold_their_parent),
	KUNIT_CASE(bus_brings_together),
	KUNIT_CASE(platform_life),
	KUNIT_CASE(failed_probe_releases),
	KUNIT_CASE(matching),
	KUNIT_CASE(resources),
	KUNIT_CASE(deferred_probe_is_tried_again),
	KUNIT_CASE(platform_driver_probe_needs_a_device),
	{}
};

static struct kunit_suite device_suite = {
	.name = "device", .init = device_test_init, .test_cases = device_cases,
};
kunit_test_suite(device_suite);

MODULE_LICENSE("Dual MIT/GPL");
