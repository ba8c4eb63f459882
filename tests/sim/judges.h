#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/books_judge.h"
#include "sim/case_file.h"
#include "sim/counter_judge.h"
#include "sim/delivery_judge.h"
#include "sim/disk.h"
#include "sim/expiry_judge.h"
#include "sim/letter_judge.h"
#include "sim/listening_judge.h"
#include "sim/local_judge.h"
#include "sim/order_judge.h"
#include "sim/process.h"
#include "sim/publish_judge.h"
#include "sim/replay_judge.h"
#include "sim/retained_judge.h"
#include "sim/route_judge.h"
#include "sim/scene.h"
#include "sim/store_judge.h"
#include "sim/witness.h"

namespace sluice::sim {

// The promise, watched over a whole history: each judge holds a part of what DESIGN.md's invariants
// say, and none shares code with the gateway. What is wrong goes to the scene's verdict.
class Judges final : public Witness {
 public:
  // Whether the disk knows something to be synced, or to have been, as CaseFile says. Both outlive
  // the judges.
  Judges(Scene& scene, std::function<bool(Token)> is_durable,
         std::function<bool(uint64_t letter)> is_replay_durable);

  void OnSent(const SentMessage& message, bool again) override;
  void OnAnswered(const SentMessage& message, uint8_t reason) override;
  void OnNewSession(const std::string& client) override;
  void OnListening(const std::string& client, const std::string& filter, int qos) override {
    listening_.OnListening(client, filter, qos);
    retained_.OnListening(client, filter);
  }
  void OnForgotten(const SentMessage& message) override;
  void OnDelivered(const std::string& client, std::string_view topic, std::string_view payload,
                   int qos, bool retained) override;
  void OnWritten(const std::string& client, std::string_view payload, int qos,
                 uint16_t id) override {
    delivery_.OnWritten(client, payload, qos, id);
  }
  void OnTaken(const std::string& client, std::string_view payload, int qos, bool retained,
               uint16_t id) override {
    delivery_.OnTaken(client, payload, qos, retained, id);
  }
  void OnReleased(const std::string& client, uint16_t id) override {
    delivery_.OnReleased(client, id);
  }
  void OnAccepted(const std::string& stream, uint64_t first, uint64_t count, std::string_view topic,
                  std::string_view payload, std::string_view identity) override;
  void OnPublished(const std::string& route, uint64_t connection, size_t unanswered,
                   const std::vector<Entry>& entries) override;
  void OnArrived(const std::string& route, const std::vector<Entry>& entries) override;
  void OnUpstreamAcknowledged(const std::string& route, const std::vector<Entry>& entries) override;
  void OnUpstreamRefused(const std::string& route, const std::vector<Entry>& entries,
                         bool for_good) override;
  void OnUpstreamClosed(const std::string& route, const std::vector<Entry>& entries,
                        bool broke_rules) override;
  void OnReplay(const std::string& route, uint64_t from) override { route_.OnReplay(route, from); }
  void OnLettersAsked(const std::vector<StoredRun>& letters, bool again) override {
    replay_.OnAsked(letters, again);
  }
  void OnLetterReplayed(uint64_t letter, const std::string& stream, uint64_t first,
                        uint64_t count) override;
  void OnLetterAnswered(uint64_t letter, std::string_view outcome) override;
  void OnLetterKept(const Letter& letter) override { letters_.OnKept(letter); }
  void OnStarted() override {
    counters_.OnStarted();
    expiry_.OnStarted();
    letters_.OnStarted();
    replay_.OnStarted();
  }
  void OnEnded(End how) override;

  // What the medium holds after a start, when the journal is open and nothing was accepted yet, and
  // at the end of the history.
  void AfterStart(const std::vector<StoredStream>& streams, const HandledLetters& handled = {}) {
    Look(streams, handled);
  }
  void AtTheEnd(const std::vector<StoredStream>& streams, const HandledLetters& handled = {}) {
    Look(streams, handled);
  }

  // For tests, of what StillWrong looks at.
  void LookAtCounters(std::string_view metrics) { counters_.Look(metrics); }
  void LookAtPassed() { store_.LookAtPassed(); }
  // Who of the subscribers; empty: nobody.
  std::string StillWaiting(std::string_view metrics);

  // When trouble has ended: what is not well yet; empty: all is. See liveness.cc for what may
  // remain.
  std::string StillWrong(Process& process);

 private:
  void Look(const std::vector<StoredStream>& streams, const HandledLetters& handled) {
    store_.Look(streams);
    letters_.Look(streams);
    replay_.Look(streams);
    replay_.LookAtHandled(handled);
  }

  CaseFile file_;
  OrderJudge order_{file_};
  CounterJudge counters_{file_};
  ListeningJudge listening_{file_};
  PublishJudge publish_{file_, order_, listening_};
  LocalJudge local_{file_};
  StoreJudge store_{file_};
  RouteJudge route_{file_};
  LetterJudge letters_{file_};
  ReplayJudge replay_{file_};
  ExpiryJudge expiry_{file_};
  DeliveryJudge delivery_{file_};
  RetainedJudge retained_{file_};
  BooksJudge books_{file_};
};

}  // namespace sluice::sim
