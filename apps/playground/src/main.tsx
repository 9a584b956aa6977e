import { render } from "preact";
import { App } from "./app.tsx";
import { followAddress } from "./link/place.ts";
import "./styles/page.css";

followAddress();
render(<App />, document.getElementById("app") as HTMLElement);
