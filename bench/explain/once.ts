/** Explains a capture, and prints the most memory that took, in kB. usage: once.js FILE */
import { openCapture } from '../../captures/reader.ts';
import { explain } from '../../explain/explain.ts';

await explain(openCapture(process.argv[2] ?? ''));
console.log(process.resourceUsage().maxRSS);
