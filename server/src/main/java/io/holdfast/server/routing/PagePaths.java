package io.holdfast.server.routing;

/** The paths of the web page below its prefix, for the routes and for the links to them. */
public final class PagePaths {
  /** The path before the names of the page's files. */
  public static final String ASSETS = "/static/";

  /** The path before the labels of the shown group. */
  public static final String GROUP = "/group";

  /** The path of the question whether to delete every group, and of that deletion. */
  public static final String WIPE = "/delete-all";

  /** The path of the question whether to delete the groups of a search, and of that deletion. */
  public static final String FOUND = "/delete-found";

  private PagePaths() {}
}
