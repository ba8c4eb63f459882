#include "support/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace sluice::test {
namespace {

std::atomic<uint64_t> allocations{0};

void* Allocate(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}

void* AllocateOrThrow(size_t size) {
  void* memory = Allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

uint64_t AllocationsSoFar() { return allocations.load(std::memory_order_relaxed); }

}  // namespace sluice::test

void* operator new(size_t size) { return sluice::test::AllocateOrThrow(size); }
void* operator new[](size_t size) { return sluice::test::AllocateOrThrow(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return sluice::test::Allocate(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return sluice::test::Allocate(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
