/**
 * What starts the page, in which order? First all that the page can do; then the first question is asked and its map
 * painted; then Dash draws the page, and finds here whatever its callbacks name.
 */

import * as choices from "./filters/choices.mjs";
import { control } from "./filters/controls.mjs";
import { follow } from "./page/show.mjs";
import { offer, render } from "./page/dash.mjs";
import { listen } from "./page/server.mjs";
import { find } from "./tools/find.mjs";

import "./charts/choose.mjs";
import "./charts/cursor.mjs";
import "./page/links.mjs";
import "./page/paper.mjs";
import "./page/rove.mjs";
import "./pieces/assess.mjs";
import "./pieces/evidence.mjs";
import "./pieces/panel.mjs";
import "./present/keys.mjs";
import "./tools/acts.mjs";
import "./tools/jobs.mjs";
import "./tools/mark.mjs";
import "./tools/point.mjs";

offer({ control, find });
choices.offer();
follow().then(render);
listen();
