#include "tls/lazy_buffers.h"

#include <malloc.h>

namespace sluice::tls {

void UseLazyRecordBuffers() {
#if defined(__GLIBC__)
  constexpr int kSmallestMappedBytes = 16 * 1024;  // the record buffers are a little over it
  mallopt(M_MMAP_THRESHOLD, kSmallestMappedBytes);
  mallopt(M_TOP_PAD, 0);
#endif
}

}  // namespace sluice::tls
