/** What the libraries of the page leave on its window. */

interface Window {
  DashRenderer: new () => unknown;
  Plotly?: any;
  React: any;
  dash_clientside?: any;
  dashMantineFunctions?: Record<string, unknown>;
}

/** Which kind of element a selector finds is known to the server, which writes the page. */

interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}

interface Document {
  getElementById(id: string): any;
}

interface Element {
  closest(selector: string): any;
}
