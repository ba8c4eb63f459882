#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "sim/scene.h"

namespace sluice::sim {

class LineEnd;

// kClient: or an upstream.
enum class Side : uint8_t { kClient, kGateway };
inline Side Other(Side side) { return side == Side::kClient ? Side::kGateway : Side::kClient; }

// A TCP connection as the network and the two kernels see it: what one end hands in comes out at
// the other, in order, after a while, in other pieces, as long as nothing happens to it. At most
// `pipe_bytes` are on the way or wait to be read, in each direction. It outlives its ends, who tell
// it when they go.
class Line : public std::enable_shared_from_this<Line> {
 public:
  // How it was drawn.
  struct Character {
    Duration latency{};
    Duration quantum{};             // what arrives within it arrives as one; zero: nothing waits
    uint64_t bytes_per_second = 0;  // 0: any number
    size_t pipe_bytes = 64 << 10;
    Duration patience{};  // how long a kernel sends again what nobody acknowledges
  };

  // `machine_is_up`: whether the gateway's machine answers what belongs to no connection of its.
  Line(Scene& scene, std::string name, Random random, std::function<bool()> machine_is_up);

  void Attach(Side side, LineEnd* end) { ends_[Index(side)] = end; }

  // Takes what there is room for, from the front of `output`.
  void Send(Side from, ByteBuffer* output);
  // `from` says nothing more: the end of input arrives behind what is on the way. `reset`: it is
  // gone, too, and wants nothing more.
  void Finish(Side from);
  // The end is gone: closed, or its process has ended. What it has handed in still arrives.
  void Hang(Side side);
  // Its machine is gone without a word.
  void GoSilent(Side side);

  // What has arrived at `at` and was not read; taking it makes room.
  const ByteBuffer& arrived(Side at) const { return PipeTo(at).arrived; }
  ByteBuffer Take(Side at, size_t most);
  // No more arrives at `at` than what is there. `reason` is how it ended.
  bool ended(Side at) const { return PipeTo(at).ended; }
  const Status& reason(Side at) const { return PipeTo(at).reason; }

  // Trouble: each at once.
  void Cut();
  void FallSilent();
  // Trouble has ended: quick from now on.
  void Mend();

  // Neither end is there any more, and nothing is on its way.
  bool over() const {
    return ends_[0] == nullptr && ends_[1] == nullptr && pipes_[0].flying.empty() &&
           pipes_[1].flying.empty();
  }

 private:
  struct Piece {
    MonotonicTime due;
    size_t bytes = 0;
    bool last = false;  // the end of this direction, for `reason`
  };
  struct Pipe {
    std::deque<Piece> flying;
    ByteBuffer bytes;  // of the pieces
    ByteBuffer arrived;
    size_t lost = 0;        // never acknowledged: takes room for ever
    bool finished = false;  // nothing more is taken in
    bool ended = false;
    Status reason = Status::Unavailable("the peer closed the connection");
    Timer timer;
    Timer patience;  // runs while `lost`
  };

  static size_t Index(Side side) { return static_cast<size_t>(side); }
  Pipe& PipeTo(Side side) { return pipes_[Index(side)]; }
  const Pipe& PipeTo(Side side) const { return pipes_[Index(side)]; }
  void Draw();
  void Launch(Side to, ByteSpan bytes);
  MonotonicTime DueNow(Pipe* pipe, size_t bytes);
  void AddPiece(Side to, size_t bytes);
  void Arrive(Side to);
  void ArriveNowhere(Side to);
  void AddEnd(Side to, Duration after, Status reason);
  void Arm(Side to);
  void Lose(Side to);
  void GiveUp(Side to);
  void Tell(Side side, Status reason);
  void TellSender(Side to);
  void BreakOff(Side to, Duration after);

  Scene& scene_;
  const std::string name_;
  Random random_;
  const std::function<bool()> machine_is_up_;
  Character character_;
  std::array<Pipe, 2> pipes_;  // by whom they lead to
  std::array<LineEnd*, 2> ends_{};
  std::array<bool, 2> off_{};  // its machine answers nothing
  Timer keep_alive_;           // runs while `silent_`
  bool silent_ = false;        // nothing comes through any more, and nobody is told
  bool cut_ = false;
};

}  // namespace sluice::sim
