#include "sim/tap.h"

#include <utility>
#include <vector>

#include "sim/memory_account.h"

namespace sluice::sim {
namespace {

class Tap final : public broker::EventSink {
 public:
  Tap(broker::EventSink& ingest, journal::Journal& journal, Witness& witness,
      std::function<void()> before)
      : ingest_(ingest),
        journal_(journal),
        witness_(witness),
        before_(std::move(before)),
        ends_(journal.streams().size()) {}

  void SetListener(Listener* listener) override { ingest_.SetListener(listener); }
  bool idle() const override { return ingest_.idle(); }
  broker::Verdict Accept(const broker::InboundPublish& message,
                         const broker::AckHandle& ack) override {
    before_();
    for (size_t i = 0; i < ends_.size(); ++i) ends_[i] = journal_.streams()[i]->next_offset();
    const broker::Verdict verdict = ingest_.Accept(message, ack);
    for (size_t i = 0; i < ends_.size(); ++i) {
      const journal::Stream& stream = *journal_.streams()[i];
      if (stream.next_offset() == ends_[i]) continue;
      const InWorld in_world;
      witness_.OnAccepted(stream.name(), ends_[i], stream.next_offset() - ends_[i],
                          message.publish.topic, AsText(message.publish.payload), message.identity);
    }
    return verdict;
  }

 private:
  broker::EventSink& ingest_;
  journal::Journal& journal_;
  Witness& witness_;
  const std::function<void()> before_;
  std::vector<uint64_t> ends_;
};

}  // namespace

std::unique_ptr<broker::EventSink> NewTap(broker::EventSink& ingest, journal::Journal& journal,
                                          Witness& witness, std::function<void()> before) {
  return std::make_unique<Tap>(ingest, journal, witness, std::move(before));
}

}  // namespace sluice::sim
