package io.holdfast.server.routing;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The operation that a request line asks for. */
public sealed interface Route {
  /** Calls the visitor's method for this kind of route. */
  void accept(Visitor visitor);

  /** The server of every kind of route. A new kind does not compile until all visitors serve it. */
  interface Visitor {
    void push(Push route);

    void delete(Delete route);

    void wipe();

    void exportBackup();

    void importBackup();

    void scrape();

    void apiStatus();

    void apiMetrics();

    void apiGroups();

    void deleteGroups();

    void deleteGroupsDisabled();

    void apiOptions();

    void cluster();

    void healthy();

    void ready();

    void quit();

    void quitDisabled();

    void home();

    void status();

    void group(Group route);

    void groupDeletion(GroupDeletion route);

    void wipeQuestion();

    void pageWipe();

    void foundQuestion();

    void pageDeleteFound();

    void asset(Asset route);

    void redirect(Redirect route);

    void notFound();

    void allowedMethods(AllowedMethods route);

    void methodNotAllowed(MethodNotAllowed route);

    void badRequest(BadRequest route);
  }

  /**
   * A push: stores the metrics of the body.
   *
   * @param groupingLabels never empty: holds {@code job}; values can be empty
   * @param replace whether all of the group's metrics are replaced (PUT), or only those of the same
   *     name (POST)
   */
  record Push(SortedMap<String, String> groupingLabels, boolean replace) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.push(this);
    }
  }

  /**
   * The deletion of a group.
   *
   * @param groupingLabels as in {@link Push}
   */
  record Delete(SortedMap<String, String> groupingLabels) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.delete(this);
    }
  }

  record Wipe() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.wipe();
    }
  }

  /** The backup of all groups, as a file. */
  record Export() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.exportBackup();
    }
  }

  /** The restore of a backup. */
  record Import() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.importBackup();
    }
  }

  record Scrape() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.scrape();
    }
  }

  /** The flags, build and start of this node, for programs. */
  record ApiStatus() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.apiStatus();
    }
  }

  /** All groups, for programs. */
  record ApiMetrics() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.apiMetrics();
    }
  }

  /** The groups without their metrics, for programs. */
  record ApiGroups() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.apiGroups();
    }
  }

  /** The deletion of the groups that the query selects. */
  record DeleteGroups() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.deleteGroups();
    }
  }

  /** The deletion of selected groups, while the admin API is off. */
  record DeleteGroupsDisabled() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.deleteGroupsDisabled();
    }
  }

  /** The question whether pages of other origins can use the API, whatever the path. */
  record ApiOptions() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.apiOptions();
    }
  }

  /** This node's view of the cluster. */
  record Cluster() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.cluster();
    }
  }

  record Healthy() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.healthy();
    }
  }

  record Ready() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.ready();
    }
  }

  record Quit() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.quit();
    }
  }

  /** The refusal of a quit: 403, {@code Lifecycle API is not enabled.} */
  record QuitDisabled() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.quitDisabled();
    }
  }

  /** The web page's list of groups. */
  record Home() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.home();
    }
  }

  /** The web page about this node. */
  record Status() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.status();
    }
  }

  /**
   * The web page of one group.
   *
   * @param groupingLabels as in {@link Push}
   */
  record Group(SortedMap<String, String> groupingLabels) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.group(this);
    }
  }

  /**
   * The deletion of a group on the web page.
   *
   * @param groupingLabels as in {@link Push}
   */
  record GroupDeletion(SortedMap<String, String> groupingLabels) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.groupDeletion(this);
    }
  }

  /** The web page's question whether to delete every group. */
  record WipeQuestion() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.wipeQuestion();
    }
  }

  /** The deletion of every group on the web page. */
  record PageWipe() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.pageWipe();
    }
  }

  /** The question of the page whether to delete the groups that a search finds. */
  record FoundQuestion() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.foundQuestion();
    }
  }

  /** The deletion of the groups that a search finds, by the page. */
  record PageDeleteFound() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.pageDeleteFound();
    }
  }

  /** A file that the web page needs. */
  record Asset(String name) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.asset(this);
    }
  }

  /**
   * The redirection to the path's correct spelling.
   *
   * @param status 301 or 307
   * @param location path and query, escaped
   */
  record Redirect(int status, String location) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.redirect(this);
    }
  }

  /** The unknown path: 404, {@code 404 page not found} and a line feed. */
  record NotFound() implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.notFound();
    }
  }

  /**
   * The answer to OPTIONS: 200 without a body.
   *
   * @param allow for the header of that name
   */
  record AllowedMethods(String allow) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.allowedMethods(this);
    }
  }

  /**
   * The refusal of a method: 405.
   *
   * @param allow for the header of that name; null for an answer with the reason alone
   * @param reason for the body, without a line feed
   */
  record MethodNotAllowed(@Nullable String allow, String reason) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.methodNotAllowed(this);
    }
  }

  /**
   * The refusal of a request: 400.
   *
   * @param reason for the body, without a line feed
   * @param handler the handler that counts the request ({@code push} or {@code delete}); null if
   *     none does
   */
  record BadRequest(String reason, @Nullable String handler) implements Route {
    @Override
    public void accept(Visitor visitor) {
      visitor.badRequest(this);
    }
  }
}
