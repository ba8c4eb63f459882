#include "sim/line.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/line_end.h"
#include "sim/memory_account.h"

namespace sluice::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
// The gateway asks its kernel to look after idle connections: a minute, and ten probes.
constexpr Duration kKeepAlive = seconds(70);
}  // namespace

Line::Line(Scene& scene, std::string name, Random random, std::function<bool()> machine_is_up)
    : scene_(scene),
      name_(std::move(name)),
      random_(random),
      machine_is_up_(std::move(machine_is_up)) {
  Draw();
  keep_alive_ = scene_.scheduler.NewTimer([this] {
    if (!PipeTo(Side::kGateway).ended) GiveUp(Side::kClient);
  });
  for (const Side to : {Side::kClient, Side::kGateway}) {
    PipeTo(to).timer = scene_.scheduler.NewTimer([this, to] { Arrive(to); });
    PipeTo(to).patience = scene_.scheduler.NewTimer([this, to] { GiveUp(to); });
  }
}

void Line::Draw() {
  character_.latency = Between(random_, microseconds(100), milliseconds(2));
  character_.patience = Between(random_, seconds(5), seconds(60));
  character_.pipe_bytes = size_t{2048} << random_.Below(6);
  if (scene_.Strikes(Trouble::kDelays, 0.4, random_)) {
    character_.latency = Between(random_, milliseconds(5), seconds(2));
  }
  if (scene_.Strikes(Trouble::kSplits, 0.2, random_)) {
    character_.quantum = Between(random_, milliseconds(5), milliseconds(400));
  }
  if (scene_.Strikes(Trouble::kSlowLinks, 0.3, random_)) {
    character_.bytes_per_second = 100u << random_.Below(8);
  }
}

void Line::Send(Side from, ByteBuffer* output) {
  const Side to = Other(from);
  Pipe& pipe = PipeTo(to);
  if (pipe.finished) return output->Clear();
  const size_t taken = pipe.bytes.size() + pipe.arrived.size() + pipe.lost;
  const size_t room = character_.pipe_bytes - std::min(character_.pipe_bytes, taken);
  const size_t bytes = std::min(room, output->size());
  if (bytes == 0) return;
  if (silent_) {
    pipe.lost += bytes;
    Lose(to);
  } else {
    Launch(to, output->view().first(bytes));
  }
  output->Consume(bytes);
  if (scene_.Strikes(Trouble::kCuts, 0.002, random_)) return Cut();
  if (scene_.Strikes(Trouble::kHalfOpen, 0.001, random_)) return FallSilent();
}

void Line::Launch(Side to, ByteSpan bytes) {
  const InWorld in_world;  // a kernel's memory
  Pipe& pipe = PipeTo(to);
  pipe.bytes.Append(bytes);
  size_t left = bytes.size();
  if (scene_.Strikes(Trouble::kSplits, 0.3, random_)) {
    for (uint64_t pieces = 1 + random_.Below(4); pieces > 0 && left > 1; --pieces) {
      const size_t piece = 1 + random_.Below(left - 1);
      AddPiece(to, piece);
      left -= piece;
    }
  }
  AddPiece(to, left);
  Arm(to);
}

void Line::AddPiece(Side to, size_t bytes) {
  Pipe& pipe = PipeTo(to);
  pipe.flying.push_back({DueNow(&pipe, bytes), bytes});
}

// Nothing overtakes what was sent before.
MonotonicTime Line::DueNow(Pipe* pipe, size_t bytes) {
  const MonotonicTime now = scene_.clock.Now();
  MonotonicTime due = now + character_.latency;
  if (!pipe->flying.empty()) due = std::max(due, pipe->flying.back().due + microseconds(1));
  if (scene_.Strikes(Trouble::kDelays, 0.01, random_)) {
    due += Between(random_, milliseconds(1), seconds(5));
  }
  if (character_.bytes_per_second > 0) {
    due += Duration(seconds(1)) * bytes / character_.bytes_per_second;
  }
  if (character_.quantum > Duration(0)) {
    const Duration over = due.time_since_epoch() % character_.quantum;
    due += character_.quantum - over;
  }
  return due;
}

void Line::Finish(Side from) {
  const Side to = Other(from);
  if (PipeTo(to).finished) return;
  AddEnd(to, Duration(0), Status::Unavailable("the peer closed the connection"));
}

void Line::AddEnd(Side to, Duration after, Status reason) {
  Pipe& pipe = PipeTo(to);
  pipe.finished = true;
  pipe.reason = std::move(reason);
  if (silent_) return;
  pipe.flying.push_back({DueNow(&pipe, 0) + after, 0, true});
  Arm(to);
}

void Line::Hang(Side side) {
  ends_[Index(side)] = nullptr;
  // Who leaves something unread resets the connection.
  const bool left_unread = !PipeTo(side).arrived.empty();
  PipeTo(side).arrived.Clear();
  // A machine that loses its power in this moment says nothing; see GoSilent.
  scene_.scheduler.Post([weak = weak_from_this(), side, left_unread] {
    const std::shared_ptr<Line> line = weak.lock();
    if (!line || line->off_[Index(side)]) return;
    if (left_unread) {
      line->BreakOff(Other(side), Duration(0));
    } else {
      line->Finish(side);
    }
  });
}

void Line::GoSilent(Side side) { off_[Index(side)] = true; }

ByteBuffer Line::Take(Side at, size_t most) {
  Pipe& pipe = PipeTo(at);
  ByteBuffer bytes;
  if (pipe.arrived.size() <= most) {
    bytes = std::exchange(pipe.arrived, {});
  } else {
    bytes.Append(pipe.arrived.view().first(most));
    pipe.arrived.Consume(most);
  }
  TellSender(at);
  return bytes;
}

// There is room again, or nobody will ever read.
void Line::TellSender(Side to) {
  LineEnd* const sender = ends_[Index(Other(to))];
  if (sender != nullptr && sender->output_bytes() > 0) sender->Queue();
}

void Line::Arm(Side to) {
  Pipe& pipe = PipeTo(to);
  if (pipe.flying.empty() || pipe.timer.active()) return;
  pipe.timer.Start(pipe.flying.front().due - scene_.clock.Now());
}

void Line::Arrive(Side to) {
  Pipe& pipe = PipeTo(to);
  const MonotonicTime now = scene_.clock.Now();
  size_t bytes = 0;
  while (!pipe.flying.empty() && pipe.flying.front().due <= now) {
    bytes += pipe.flying.front().bytes;
    pipe.ended |= pipe.flying.front().last;
    pipe.flying.pop_front();
  }
  LineEnd* const end = ends_[Index(to)];
  if (end != nullptr) {
    pipe.arrived.Append(pipe.bytes.view().first(bytes));
  }
  pipe.bytes.Consume(bytes);
  if (end != nullptr) {
    end->Queue();
  } else {
    TellSender(to);
    if (bytes > 0) ArriveNowhere(to);
  }
  Arm(to);
}

// A kernel says that it knows of no such connection; a machine that is off says nothing.
void Line::ArriveNowhere(Side to) {
  if (off_[Index(to)] && !(to == Side::kGateway && machine_is_up_())) {
    PipeTo(to).lost += 1;
    return Lose(to);
  }
  off_[Index(to)] = false;
  const Side from = Other(to);
  PipeTo(to).finished = true;
  if (PipeTo(from).ended) return Tell(from, Status::IoError("connection reset by peer"));
  BreakOff(from, Duration(0));
}

// What is sent is not acknowledged by anybody: at some time the kernel gives up.
void Line::Lose(Side to) {
  if (!PipeTo(to).patience.active()) PipeTo(to).patience.Start(character_.patience);
}

void Line::GiveUp(Side to) {
  scene_.situations.Reached("network: a kernel gives up");
  PipeTo(to).finished = true;
  Tell(Other(to), Status::IoError("connection timed out"));
}

// The kernel of `side` knows that it is over.
void Line::Tell(Side side, Status reason) {
  PipeTo(side).ended = true;
  PipeTo(side).reason = std::move(reason);
  if (LineEnd* const end = ends_[Index(side)]; end != nullptr) end->Queue();
}

void Line::Cut() {
  if (cut_ || silent_) return;
  cut_ = true;
  scene_.trace.Note("network: cuts {}", name_);
  scene_.situations.Reached("network: a connection is cut");
  const Duration late = Between(random_, Duration(0), seconds(5));
  const bool client_first = random_.Below(2) == 0;
  BreakOff(Side::kClient, client_first ? Duration(0) : late);
  BreakOff(Side::kGateway, client_first ? late : Duration(0));
}

// Some of what is on the way still arrives, then the connection is reset.
void Line::BreakOff(Side to, Duration after) {
  Pipe& pipe = PipeTo(to);
  const size_t kept = pipe.bytes.empty() ? 0 : random_.Below(pipe.bytes.size() + 1);
  const ByteBuffer all = std::exchange(pipe.bytes, {});
  pipe.bytes.Append(all.view().first(kept));
  size_t left = kept;
  std::deque<Piece> flying;
  for (Piece piece : std::exchange(pipe.flying, {})) {
    if (left == 0) break;
    piece.bytes = std::min(piece.bytes, left);
    piece.last = false;
    left -= piece.bytes;
    flying.push_back(piece);
  }
  pipe.flying = std::move(flying);
  AddEnd(to, after, Status::IoError("connection reset by peer"));
}

// From now on nothing comes through. In some cases one of the two knows: its machine has restarted,
// or lost its address.
void Line::FallSilent() {
  if (cut_ || silent_) return;
  scene_.trace.Note("network: {} falls silent", name_);
  scene_.situations.Reached("network: a connection falls silent");
  for (const Side to : {Side::kClient, Side::kGateway}) {
    Pipe& pipe = PipeTo(to);
    pipe.lost += pipe.bytes.size();
    pipe.bytes.Clear();
    pipe.flying.clear();
    if (pipe.lost > 0) Lose(to);
  }
  silent_ = true;
  keep_alive_.Start(kKeepAlive);
  const uint64_t knows = random_.Below(3);
  if (knows == 2) return;
  Tell(knows == 0 ? Side::kClient : Side::kGateway, Status::IoError("network is unreachable"));
}

void Line::Mend() {
  const Character before = std::exchange(
      character_,
      {.latency = milliseconds(1), .pipe_bytes = character_.pipe_bytes, .patience = seconds(10)});
  if (before.latency <= character_.latency && before.bytes_per_second == 0) return;
  for (const Side to : {Side::kClient, Side::kGateway}) {
    Pipe& pipe = PipeTo(to);
    MonotonicTime due = scene_.clock.Now() + character_.latency;
    for (Piece& piece : pipe.flying) piece.due = std::min(piece.due, due += microseconds(1));
    if (pipe.timer.active()) pipe.timer.Stop();
    Arm(to);
  }
}

}  // namespace sluice::sim
