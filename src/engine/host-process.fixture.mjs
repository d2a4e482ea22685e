// Speaks the engine's protocol as far as a test needs it: reads its own process id, and comes to rest only where it may.
const [rests] = process.argv.slice(2);

process.on('message', ({ type }) => {
  if (type === 'go') process.exit(7);
  const value = type === 'read' ? process.pid : type === 'stop' ? rests === 'rests' : null;
  setTimeout(() => process.send({ type: 'reply', value }), type === 'stop' ? 20 : 0);
});
process.on('disconnect', () => process.exit(0));
