import {TourAutomatic} from "@web_tour/js/tour_automatic/tour_automatic";

// ten seconds may be too few for a step where the machine has other work
TourAutomatic.prototype.timeout = 60000;
