package io.holdfast.server.routing;

/** Paths of the web page below its prefix, for the routes and for the links that lead to them. */
public final class PagePaths {
  /** What comes before the names of the files that the page needs. */
  public static final String ASSETS = "/static/";

  /** What comes before the labels of the group that is shown. */
  public static final String GROUP = "/group";

  /** Asks whether to delete every group, and deletes them. */
  public static final String WIPE = "/delete-all";

  private PagePaths() {}
}
