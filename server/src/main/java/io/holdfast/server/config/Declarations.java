package io.holdfast.server.config;

import java.util.ArrayList;
import java.util.List;

/** The flags of one class, in the order of the source. Each constant of the class adds itself. */
final class Declarations {
  private final List<Flag> flags = new ArrayList<>();

  /** Returns the flag, after adding it. */
  Flag add(Flag flag) {
    flags.add(flag);
    return flag;
  }

  List<Flag> all() {
    return List.copyOf(flags);
  }
}
