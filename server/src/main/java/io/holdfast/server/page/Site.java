package io.holdfast.server.page;

import io.holdfast.server.routing.PagePaths;

/**
 * Where the page is and what it may do.
 *
 * @param prefix of every address, escaped: empty, or begins with a slash and does not end with one
 * @param mayDelete whether groups can be deleted on the page
 * @param mayWipe whether all groups can be
 */
record Site(String prefix, Assets assets, boolean mayDelete, boolean mayWipe) {
  /**
   * @param path begins with a slash; escaped
   */
  String url(String path) {
    return prefix + path;
  }

  String asset(String name) {
    return prefix + PagePaths.ASSETS + assets.address(name);
  }

  String group(String path) {
    return prefix + PagePaths.GROUP + path;
  }
}
