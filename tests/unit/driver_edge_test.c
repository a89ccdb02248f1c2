// SPDX-License-Identifier: MIT
/* The driver core under races, names that are taken, attributes, managed interrupts. */
#include <kunit/test.h>
#include <kmemkit/irq.h>
#include <kmemkit/sysfs.h>
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define PATIENCE	(20 * HZ)	/* only a hang takes that long */

/* ---- the provider binds while the consumer's probe is under way ---- */

static struct platform_device *provider, *consumer;
static bool have_provider;
static int tries;
static DECLARE_COMPLETION(in_probe);
static DECLARE_COMPLETION(bound);

static int provider_probe(struct platform_device *pdev)
{
	have_provider = true;
	return 0;
}

static int consumer_probe(struct platform_device *pdev)
{
	tries++;
	if (have_provider)
		return 0;
	complete(&in_probe);
	wait_for_completion(&bound);
	return -EPROBE_DEFER;
}

static struct platform_driver provider_driver = { .probe = provider_probe, .driver = { .name = "provider" } };
static struct platform_driver consumer_driver = { .probe = consumer_probe, .driver = { .name = "consumer" } };

static bool has_driver(struct device *dev)
{
	bool has;

	device_lock(dev);
	has = dev->driver;
	device_unlock(dev);
	return has;
}

static int add_consumer(void *done)
{
	consumer = platform_device_register_simple("consumer", -1, NULL, 0);
	complete(done);
	return 0;
}

static void a_deferred_probe_is_not_lost(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(added);

	platform_driver_register(&provider_driver);
	platform_driver_register(&consumer_driver);
	kthread_run(add_consumer, &added, "adder");
	wait_for_completion(&in_probe);
	provider = platform_device_register_simple("provider", -1, NULL, 0);
	complete_all(&bound);
	wait_for_completion(&added);
	for (unsigned long end = jiffies + PATIENCE; !has_driver(&consumer->dev) && time_before(jiffies, end); )
		msleep(1);
	wait_for_device_probe();
	KUNIT_EXPECT_EQ(test, tries, 2);
	KUNIT_EXPECT_TRUE(test, has_driver(&consumer->dev));
	platform_device_unregister(consumer);
	platform_device_unregister(provider);
	platform_driver_unregister(&consumer_driver);
	platform_driver_unregister(&provider_driver);
}

static void attaching_by_hand_asks_to_come_again(struct kunit *test)
{
	struct platform_device *pdev = platform_device_alloc("other", -1);

	have_provider = false;
	KUNIT_ASSERT_EQ(test, platform_device_add(pdev), 0);
	platform_driver_register(&consumer_driver);
	KUNIT_EXPECT_EQ(test, device_driver_attach(&consumer_driver.driver, &pdev->dev), -EAGAIN);
	platform_device_unregister(pdev);
	platform_driver_unregister(&consumer_driver);
}

/* ---- a bus whose match() is slow, or defers, or fails ---- */

static int match_result, match_ms, probes;
static DECLARE_COMPLETION(matching);

static int match(struct device *dev, struct device_driver *drv)
{
	if (match_ms)
		complete(&matching);
	msleep(match_ms);
	return match_result;
}

static int probe(struct device *dev)
{
	probes++;
	return 0;
}

static void no_release(struct device *dev) { }

static struct bus_type bus = { .name = "edge", .match = match };
static struct bus_type same_bus = { .name = "edge" };
static struct device_driver driver = { .name = "edge", .bus = &bus, .probe = probe };
static struct device device;

static int add_device(void *done)
{
	device = (struct device){ .init_name = "edge", .bus = &bus, .release = no_release };
	WARN_ON(device_register(&device));
	complete(done);
	return 0;
}

static void an_unregistered_driver_is_not_probed(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(added);

	match_result = 1;
	match_ms = 50;
	KUNIT_ASSERT_EQ(test, bus_register(&bus), 0);
	KUNIT_ASSERT_EQ(test, driver_register(&driver), 0);
	kthread_run(add_device, &added, "adder");
	wait_for_completion(&matching);
	driver_unregister(&driver);
	probes = 0;		/* the driver's memory may go from here on */
	wait_for_completion(&added);
	KUNIT_EXPECT_EQ(test, probes, 0);
	KUNIT_EXPECT_NULL(test, device.driver);
	device_unregister(&device);
	bus_unregister(&bus);
	match_ms = 0;
}

static void match_may_defer_or_fail(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(added);

	KUNIT_ASSERT_EQ(test, bus_register(&bus), 0);
	add_device(&added);
	match_result = -EIO;
	KUNIT_EXPECT_EQ(test, driver_register(&driver), -EIO);
	match_result = -EPROBE_DEFER;
	KUNIT_ASSERT_EQ(test, driver_register(&driver), 0);
	KUNIT_EXPECT_NULL(test, device.driver);
	match_result = 1;
	platform_driver_register(&provider_driver);
	/* Any binding is a reason to try again. */
	provider = platform_device_register_simple("provider", -1, NULL, 0);
	wait_for_device_probe();
	KUNIT_EXPECT_PTR_EQ(test, device.driver, &driver);
	platform_device_unregister(provider);
	platform_driver_unregister(&provider_driver);
	driver_unregister(&driver);
	device_unregister(&device);
	bus_unregister(&bus);
}

static void names_are_taken_once(struct kunit *test)
{
	struct platform_device *one, *two, *other;
	struct device *root = root_device_register("edge-root");
	char name[32];

	KUNIT_EXPECT_EQ(test, PTR_ERR(root_device_register("edge-root")), (long)-EEXIST);
	root_device_unregister(root);
	root = root_device_register("edge-root");
	KUNIT_EXPECT_FALSE(test, IS_ERR(root));
	one = platform_device_register_simple("twin", 3, NULL, 0);
	two = platform_device_register_simple("twin", 3, NULL, 0);
	other = platform_device_register_data(root, "twin", 3, NULL, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(two), (long)-EEXIST);
	KUNIT_EXPECT_EQ_MSG(test, PTR_ERR(other), (long)-EEXIST, "another parent, but the same bus");
	platform_device_unregister(one);
	root_device_unregister(root);
	KUNIT_EXPECT_EQ(test, bus_register(&bus), 0);
	KUNIT_EXPECT_EQ(test, bus_register(&same_bus), -EEXIST);
	bus_unregister(&bus);
	one = platform_device_register_simple("auto", PLATFORM_DEVID_AUTO, NULL, 0);
	strscpy(name, dev_name(&one->dev), sizeof(name));
	platform_device_unregister(one);
	one = platform_device_register_simple("auto", PLATFORM_DEVID_AUTO, NULL, 0);
	KUNIT_EXPECT_STREQ(test, dev_name(&one->dev), name);
	platform_device_unregister(one);
}

/* ---- attributes ---- */

static int value = 7;

static ssize_t value_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	int n = sysfs_emit(buf, "%d", value);

	return n + sysfs_emit_at(buf, n, "\n");
}

static ssize_t value_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	int err = kstrtoint(buf, 0, &value);

	return err ? err : (ssize_t)count;
}
static DEVICE_ATTR_RW(value);

static ssize_t fixed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", dev_name(dev));
}
static DEVICE_ATTR_RO(fixed);

static struct attribute *edge_attrs[] = { &dev_attr_value.attr, &dev_attr_fixed.attr, NULL };
static umode_t fixed_mode;

static umode_t edge_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	return n == 1 ? fixed_mode : attr->mode;
}

static const struct attribute_group edge_group = { .name = "part", .attrs = edge_attrs, .is_visible = edge_visible };
static struct attribute *plain_attrs[] = { &dev_attr_value.attr, NULL };
ATTRIBUTE_GROUPS(plain);

static void attributes_are_read_and_written(struct kunit *test)
{
	struct device *dev = root_device_register("attributes");
	char text[32];

	fixed_mode = 0;
	KUNIT_EXPECT_EQ(test, device_create_file(dev, &dev_attr_value), 0);
	KUNIT_EXPECT_EQ(test, device_create_file(dev, &dev_attr_value), -EEXIST);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_read(&dev->kobj, "value", text, sizeof(text)), (ssize_t)2);
	KUNIT_EXPECT_STREQ(test, text, "7\n");
	KUNIT_EXPECT_EQ(test, kmk_sysfs_write(&dev->kobj, "value", "0x10\n", 5), (ssize_t)5);
	KUNIT_EXPECT_EQ(test, value, 16);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_write(&dev->kobj, "value", "x", 1), (ssize_t)-EINVAL);
	KUNIT_EXPECT_EQ(test, device_add_group(dev, &edge_group), 0);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_mode(&dev->kobj, "part/value"), 0644);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_read(&dev->kobj, "part/fixed", text, sizeof(text)), (ssize_t)-ENOENT);
	fixed_mode = 0444;
	KUNIT_EXPECT_EQ(test, sysfs_update_group(&dev->kobj, &edge_group), 0);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_read(&dev->kobj, "part/fixed", text, 5), (ssize_t)11);
	KUNIT_EXPECT_STREQ(test, text, "attr");
	KUNIT_EXPECT_EQ(test, kmk_sysfs_write(&dev->kobj, "part/fixed", "1", 1), (ssize_t)-EACCES);
	device_remove_group(dev, &edge_group);
	device_remove_file(dev, &dev_attr_value);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_mode(&dev->kobj, "part/value"), 0);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_mode(&dev->kobj, "value"), 0);
	root_device_unregister(dev);
}

static int grouped_probe(struct platform_device *pdev)
{
	return devm_device_add_group(&pdev->dev, &edge_group);
}

static struct platform_driver grouped_driver = {
	.probe = grouped_probe, .driver = { .name = "grouped", .dev_groups = plain_groups },
};

/* dev_groups of a driver stand from the probe's success on until before the removal. */
static void groups_come_and_go_with_the_driver(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("grouped", -1, NULL, 0);
	struct kobject *kobj = &pdev->dev.kobj;

	KUNIT_EXPECT_EQ(test, kmk_sysfs_mode(kobj, "value"), 0);
	platform_driver_register(&grouped_driver);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_mode(kobj, "value"), 0644);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_mode(kobj, "part/value"), 0644);
	platform_driver_unregister(&grouped_driver);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_mode(kobj, "value"), 0);
	KUNIT_EXPECT_EQ(test, kmk_sysfs_mode(kobj, "part/value"), 0);
	platform_device_unregister(pdev);
}

/* ---- managed lines and bitmaps ---- */

static int raised;

static irqreturn_t handler(int irq, void *id)
{
	WRITE_ONCE(raised, raised + 1);
	return IRQ_HANDLED;
}

static int line_probe(struct platform_device *pdev)
{
	unsigned long *map = devm_bitmap_zalloc(&pdev->dev, 100, GFP_KERNEL);

	return map && bitmap_empty(map, 100) ? devm_request_irq(&pdev->dev, 11, handler, 0, NULL, pdev) : -ENOMEM;
}

static struct platform_driver line_driver = { .probe = line_probe, .driver = { .name = "line" } };

static void a_line_is_freed_with_its_driver(struct kunit *test)
{
	struct platform_device *pdev = platform_device_register_simple("line", -1, NULL, 0);

	platform_driver_register(&line_driver);
	KUNIT_EXPECT_EQ(test, request_irq(11, handler, 0, "taken", &raised), -EBUSY);
	kmk_irq_raise(11);
	kmk_irq_settle(11);
	KUNIT_EXPECT_EQ(test, READ_ONCE(raised), 1);
	platform_driver_unregister(&line_driver);
	KUNIT_EXPECT_EQ(test, request_irq(11, handler, 0, "free", &raised), 0);
	free_irq(11, &raised);
	platform_device_unregister(pdev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_deferred_probe_is_not_lost),
	KUNIT_CASE(attaching_by_hand_asks_to_come_again),
	KUNIT_CASE(an_unregistered_driver_is_not_probed),
	KUNIT_CASE(match_may_defer_or_fail),
	KUNIT_CASE(names_are_taken_once),
	KUNIT_CASE(attributes_are_read_and_written),
	KUNIT_CASE(groups_come_and_go_with_the_driver),
	KUNIT_CASE(a_line_is_freed_with_its_driver),
	{}
};

static struct kunit_suite suite = { .name = "driver_edge", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
