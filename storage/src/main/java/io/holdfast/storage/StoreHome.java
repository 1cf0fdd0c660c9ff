package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The place where a store's records are. For the writer alone. */
interface StoreHome {

  /**
   * Opens a store that had failed, or an empty one where it was put aside, and reads it.
   *
   * @throws StoreException in words for the operator
   */
  OpenStore reopen() throws StoreException;

  /** Puts the files of the closed store aside. */
  void setAside() throws IOException;

  /** Returns why there is too little space for pushes, or null. */
  @Nullable String spaceProblem() throws IOException;

  /** The place's name, for logs. */
  Path path();
}
