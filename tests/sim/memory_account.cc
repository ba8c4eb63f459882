#include "sim/memory_account.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace sluice::sim {
namespace {

bool g_in_gateway = false;
size_t g_bytes = 0;
size_t g_peak = 0;

// In front of each allocation: its size, and for whom. As large as the strictest alignment.
struct alignas(std::max_align_t) Header {
  size_t size;
  bool of_gateway;
};

void* Allocate(size_t size) {
  auto* const header = static_cast<Header*>(std::malloc(sizeof(Header) + size));
  if (header == nullptr) return nullptr;
  *header = {size, g_in_gateway};
  if (g_in_gateway) g_peak = std::max(g_peak, g_bytes += size);
  return header + 1;
}

void* AllocateOrThrow(size_t size) {
  void* const memory = Allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Free(void* memory) {
  if (memory == nullptr) return;
  Header* const header = static_cast<Header*>(memory) - 1;
  if (header->of_gateway) g_bytes -= header->size;
  std::free(header);
}

}  // namespace

size_t MemoryAccount::gateway_bytes() { return g_bytes; }
size_t MemoryAccount::gateway_peak() { return g_peak; }
void MemoryAccount::ResetPeak() { g_peak = g_bytes; }

InGateway::InGateway() : before_(std::exchange(g_in_gateway, true)) {}
InGateway::~InGateway() { g_in_gateway = before_; }
InWorld::InWorld() : before_(std::exchange(g_in_gateway, false)) {}
InWorld::~InWorld() { g_in_gateway = before_; }

}  // namespace sluice::sim

void* operator new(size_t size) { return sluice::sim::AllocateOrThrow(size); }
void* operator new[](size_t size) { return sluice::sim::AllocateOrThrow(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return sluice::sim::Allocate(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return sluice::sim::Allocate(size);
}
void operator delete(void* memory) noexcept { sluice::sim::Free(memory); }
void operator delete[](void* memory) noexcept { sluice::sim::Free(memory); }
void operator delete(void* memory, size_t) noexcept { sluice::sim::Free(memory); }
void operator delete[](void* memory, size_t) noexcept { sluice::sim::Free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { sluice::sim::Free(memory); }
