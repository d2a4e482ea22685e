import { expect, it } from 'vitest';
import { withoutCommandSecrets } from './command-secrets.js';

it.each([
  ['node server.js --password=hunter2 --port 3000', 'node server.js --password=*** --port 3000'],
  ['node server.js --api-key hunter2', 'node server.js --api-key ***'],
  [`serve --db-pass "hun 'ter' 2" --token 'a b'`, 'serve --db-pass *** --token ***'],
  [String.raw`serve --password "hun\"ter 2" x`, 'serve --password *** x'],
  [
    'KEY=z DB_PASS="hun ter" API_TOKEN=x AWS_SECRET_ACCESS_KEY=y npm start',
    'KEY=*** DB_PASS=*** API_TOKEN=*** AWS_SECRET_ACCESS_KEY=*** npm start',
  ],
  [`env PGPASSWORD='a b' psql`, 'env PGPASSWORD=*** psql'],
  [
    `mysql -h db -uroot -phunter2 shop && mariadb-dump -p'hun ter' shop > x; mysqladmin -p"a" ping`,
    'mysql -h db -uroot -p*** shop && mariadb-dump -p*** shop > x; mysqladmin -p*** ping',
  ],
  ['mongosh -u ann -p hunter2 --quiet', 'mongosh -u ann -p *** --quiet'],
  ['sshpass -phunter2 ssh -p2222 db', 'sshpass -p*** ssh -p*** db'],
  ['redis-cli -h db -a hunter2 ping', 'redis-cli -h db -a *** ping'],
  ['sqlcmd -S db -P hunter2 -i x.sql', 'sqlcmd -S db -P *** -i x.sql'],
  ['docker login -u ann -p hunter2 registry.example', 'docker login -u ann -p *** registry.example'],
  ['curl -u ann:hunter2 --user "bob:hunter2" x', 'curl -u ann:*** --user "bob:***" x'],
])('takes the secret out of %j', (command, shown) => {
  expect(withoutCommandSecrets(command)).toBe(shown);
});

it.each([
  'npm start',
  'docker run -p3306:3306 mysql && mkdir -p data && node -p 1',
  'mysql -u root -p shop -P3306; ssh -p2222 db; psql -p 5432',
  'mongosh -u ann -p --quiet; redis-cli -a',
  'node passenger.js --password --verbose',
  'docker run -u 1000:1000 -p 3000:3000 shop',
  'race-check burst POST /pay --key {{client}} --data users.csv',
  'node server.js --keyfile /etc/key.pem PORT=3000 monkey=1',
  'token and secret are words, a pass = 1 as well',
])('leaves %j as it is', (command) => {
  expect(withoutCommandSecrets(command)).toBe(command);
});
