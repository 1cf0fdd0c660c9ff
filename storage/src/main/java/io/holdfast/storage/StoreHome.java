package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The place of a store's records. Only the writer uses it. */
interface StoreHome {

  /**
   * Opens and reads a failed store again, or opens an empty store after a quarantine.
   *
   * @throws StoreException in words for the operator
   */
  OpenStore reopen() throws StoreException;

  /** Quarantines the files of the closed store. */
  void quarantine() throws IOException;

  /** Returns why there is too little space for pushes, or null. */
  @Nullable Refusal spaceProblem() throws IOException;

  /** Returns the path of the place, for logs. */
  Path path();
}
