#include "support/allocations.h"
#include "support/temporary_directory.h"
#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

TEST(JournalAllocationTest, AppendCommitAndReadAllocateNothingOnceWarm) {
  const test::TemporaryDirectory directory;
  test::SimulatedClock clock;
  Options options;
  options.manual = true;
  options.clock = &clock;
  options.min_free_bytes = 0;
  StreamOptions telemetry;
  telemetry.name = "telemetry";
  auto journal = Journal::Open(Env::Posix(), directory.path(), options, {telemetry});
  ASSERT_TRUE(journal.ok());
  Stream& stream = *(*journal)->stream("telemetry");
  uint64_t read = 0;
  auto reader =
      stream.NewReader(8192, [&](const ReadResult& result) { read = result.next_offset; });
  const std::string payload(300, 'x');
  const auto round = [&] {
    for (int i = 0; i < 20; ++i) stream.Append(AsBytes(payload));
    clock.Advance(std::chrono::milliseconds(10));
    (*journal)->RunOnce();
    (*journal)->Poll();
    reader->Read(read);
    (*journal)->RunOnce();
    (*journal)->Poll();
  };
  for (int i = 0; i < 10; ++i) round();
  const test::AllocationCounter allocations;
  for (int i = 0; i < 50; ++i) round();
  EXPECT_EQ(allocations.count(), 0u);
  EXPECT_EQ(read, 60u * 20);
}

}  // namespace
}  // namespace sluice::journal
