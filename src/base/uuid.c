/* SPDX-License-Identifier: MIT */
/* UUIDs: text to bytes, and random ones. Bytes to text is printf's %pU. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/random.h>
#include <linux/uuid.h>

const uuid_t uuid_null;
const guid_t guid_null;

bool uuid_is_valid(const char *text)
{
	for (int i = 0; i < UUID_STRING_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit(text[i]))
			return false;
	}
	return true;
}

static u8 digit(char c)
{
	return (u8)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
}

/* The bytes as they stand in the text. */
static int parse(const char *text, u8 *bytes)
{
	if (!uuid_is_valid(text))
		return -EINVAL;
	for (int i = 0; i < UUID_SIZE; i++) {
		text += *text == '-';
		bytes[i] = (u8)(digit(text[0]) << 4 | digit(text[1]));
		text += 2;
	}
	return 0;
}

int uuid_parse(const char *text, uuid_t *uuid)
{
	return parse(text, uuid->b);
}

int guid_parse(const char *text, guid_t *guid)
{
	static const u8 order[UUID_SIZE] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	u8 bytes[UUID_SIZE];

	if (parse(text, bytes))
		return -EINVAL;
	for (int i = 0; i < UUID_SIZE; i++)
		guid->b[i] = bytes[order[i]];
	return 0;
}

/* The version stands in the seventh byte of the text, the variant in the ninth. */
static void make(u8 *bytes, int version)
{
	get_random_bytes(bytes, UUID_SIZE);
	bytes[version] = (bytes[version] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
}

void generate_random_uuid(unsigned char uuid[UUID_SIZE])
{
	make(uuid, 6);
}

void generate_random_guid(unsigned char guid[UUID_SIZE])
{
	make(guid, 7);
}

void uuid_gen(uuid_t *uuid)
{
	generate_random_uuid(uuid->b);
}

void guid_gen(guid_t *guid)
{
	generate_random_guid(guid->b);
}
