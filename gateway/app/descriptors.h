#pragma once

#include <cstddef>

namespace sluice::app {

// Raises the soft limit of the process to what `wanted` descriptors need, or to 64 Ki if that is
// more, as far as the hard limit allows; never lowers it. Returns the limit that holds then.
size_t RaiseDescriptorLimit(size_t wanted);

// Makes the kernel's table of this process as large as `descriptors` need. When it grows later,
// with several threads running, whoever opens the descriptor stands still for 10 to 30 ms each time
// the table doubles, and that is the loop. To be called while there is one thread; eight bytes of
// kernel memory each.
void SizeDescriptorTable(size_t descriptors);

// Close to the number of descriptors in use: the lowest one that is free. A system call.
size_t DescriptorsInUse();

}  // namespace sluice::app
