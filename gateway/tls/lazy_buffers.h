#pragma once

namespace sluice::tls {

// Makes idle TLS connections cheap: 13 KiB of resident memory each instead of 36, measured with
// 1,000 of them on Debian 12. Call it once, first thing in main; it changes how the whole process
// allocates.
//
// mbedTLS as Debian builds it reserves 33 KiB of record buffers per connection and seldom touches
// more than the first page of each. From the heap they come zeroed, that is touched; as mappings of
// their own they cost only the pages in use, and go back to the system when the connection closes.
// So allocations from 16 KiB up are mapped (a threshold glibc only looks at when the heap would
// have to grow, hence no slack on top of it). The price is a system call for each such allocation,
// which no hot path makes. Whoever sends large records has touched more of them, and keeps it;
// devices that ask for small ones cost less for good with the tuned build (mbedtls_tuning.h): then
// a connection's buffers come from the heap and are as small as was agreed.
//
// Nothing happens with another C library than glibc.
void UseLazyRecordBuffers();

}  // namespace sluice::tls
