// What can be chosen. The defaults give the plain files.
{
  _config:: {
    // Selects the self metrics, and "up" of the nodes.
    holdfastSelector: 'job="holdfast"',
    // Selects push times. Add labels here to leave groups out of the alerts on jobs.
    jobsSelector: 'job!=""',
    // The address of docs/operating.md; each alert's anchor follows.
    runbookPage: 'docs/operating.md',
    dashboardTags: ['holdfast'],
    dashboardUidPrefix: 'holdfast-',
  },
}
