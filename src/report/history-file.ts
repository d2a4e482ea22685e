export { HISTORY_FORMAT, HISTORY_VERSION, type HistoryHeader } from './history-lines.js';
export { readHistory, type ReadHistory } from './history-reader.js';
export { writeHistory, type RecordedTrial } from './history-writer.js';
export { contractProblems } from './history-values.js';
