package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.Path;

/** Opens the store given, says so and holds it until its standard input ends. */
final class OtherProcess {
  static final String OPEN = "open";

  private OtherProcess() {}

  public static void main(String[] arguments) throws StoreException, IOException {
    StoreOptions options = StoreFixture.options(Path.of(arguments[0]));
    RocksGroupStore store = RocksGroupStore.open(options, Runnable::run);
    try (store) {
      System.out.println(OPEN);
      System.in.readAllBytes();
    }
  }
}
