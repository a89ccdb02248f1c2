/* SPDX-License-Identifier: MIT */
#include "port/x86_64/bare.h"
#include "port/x86_64/screen.h"

#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define PCI_ID		0x00
#define PCI_COMMAND	0x04
#define PCI_MEMORY	2u		/* of the command: answer to memory addresses */
#define PCI_BAR0	0x10		/* frame buffer */
#define PCI_BAR2	0x18		/* registers */
#define DISPLAY_ID	0x11111234u

/* The mode's registers lie behind what is left of the VGA's, two bytes each. */
#define MODE_REGS	0x500
enum { MODE_ID, MODE_X, MODE_Y, MODE_BITS, MODE_ENABLE };
#define MODE_OFF	0
#define MODE_LINEAR	0x41		/* on, one linear buffer */

static void out32(uint16_t port, uint32_t v)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

static uint32_t in32(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static uint32_t pci_read(unsigned device, unsigned reg)
{
	out32(PCI_ADDRESS, 1u << 31 | device << 11 | reg);
	return in32(PCI_DATA);
}

static void pci_write(unsigned device, unsigned reg, uint32_t v)
{
	out32(PCI_ADDRESS, 1u << 31 | device << 11 | reg);
	out32(PCI_DATA, v);
}

/* All ones come back except the bits below the size. */
static uint64_t bar_size(unsigned device, unsigned reg)
{
	uint32_t old = pci_read(device, reg), mask;

	pci_write(device, reg, ~0u);
	mask = pci_read(device, reg) & ~15u;
	pci_write(device, reg, old);
	return mask ? ~(uint64_t)(mask | ~0ULL << 32) + 1 : 0;
}

bool bare_screen_find(struct bare_screen *s)
{
	for (unsigned device = 0; device < 32; device++) {
		uint32_t command;

		if (pci_read(device, PCI_ID) != DISPLAY_ID)
			continue;
		command = pci_read(device, PCI_COMMAND) & 0xffff;
		pci_write(device, PCI_COMMAND, command & ~PCI_MEMORY);
		s->size = bar_size(device, PCI_BAR0);
		pci_write(device, PCI_COMMAND, command | PCI_MEMORY);
		s->buffer = pci_read(device, PCI_BAR0) & ~15u;
		s->registers = pci_read(device, PCI_BAR2) & ~15u;
		return s->buffer && s->registers && s->size;
	}
	return false;
}

bool bare_screen_mode(volatile void *regs, unsigned width, unsigned height)
{
	volatile uint16_t *mode = (volatile uint16_t *)((volatile char *)regs + MODE_REGS);

	if ((mode[MODE_ID] & 0xfff0) != 0xb0c0)
		return false;
	mode[MODE_ENABLE] = MODE_OFF;
	mode[MODE_X] = (uint16_t)width;
	mode[MODE_Y] = (uint16_t)height;
	mode[MODE_BITS] = 32;
	mode[MODE_ENABLE] = MODE_LINEAR;
	return mode[MODE_X] == width && mode[MODE_Y] == height && mode[MODE_BITS] == 32;
}
