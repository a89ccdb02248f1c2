/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_NUMA_H
#define _LINUX_NUMA_H

#define NODES_SHIFT		0
#define MAX_NUMNODES		(1 << NODES_SHIFT)
#define NUMA_NO_NODE		(-1)
#define numa_map_to_online_node(node)	(node)
#define phys_to_target_node(start)	0
#define memory_add_physaddr_to_nid(start) 0

#endif
