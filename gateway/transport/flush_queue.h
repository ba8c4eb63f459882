#pragma once

namespace sluice::transport {

// Streams with something to do at the end of the loop's iteration: output to send, kept input to
// show again, a close to report. Loop thread only.
//
// Why: a read of many packets makes an acknowledgement each, and a send per acknowledgement is most
// of what other brokers spend their time on. Sent together, a frame costs a fiftieth.
class FlushQueue {
  struct Link {
    Link* previous = this;
    Link* next = this;
    bool empty() const { return next == this; }
    void Unlink();
    void InsertBefore(Link* position);
  };

 public:
  // A member of the queue, at most once at a time; leaves it by itself when destroyed.
  class Item : private Link {
   public:
    Item() = default;
    Item(const Item&) = delete;
    Item& operator=(const Item&) = delete;
    virtual ~Item() { Unlink(); }
    // May add this or other items again, and may destroy this.
    virtual void OnIterationEnd() = 0;

   private:
    friend class FlushQueue;
  };

  void Add(Item* item);
  bool empty() const { return queued_.empty(); }
  // Runs what is queued and what that adds (a TLS stream adds the TCP stream below it), up to
  // kMaxRounds times; true if there is more still. The limit keeps a handler that resumes reading
  // without consuming from holding the loop.
  bool Run();

 private:
  static constexpr int kMaxRounds = 4;

  void RunRound();

  Link queued_;
};

}  // namespace sluice::transport
