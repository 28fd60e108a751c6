set -e
B=${B:-http://localhost:7300}; O=/tmp/shots; A=${A:-3}
R=${R:-/a/3/companies/2450}
SCHEME=dark node dev/shots.mjs $B $O "$R@record-dark" "/a/$A/deals@deals-dark"
node dev/shots.mjs $B $O "$R@record" "/a/$A/settings/users@users" "/a/$A/settings/tokens@tokens" "/a/$A/settings/properties@properties" "/a/$A/settings/disclosures@disclosures" "/a/$A/settings/account@account" "/a/$A/settings/pipelines@pipelines" "/a/$A/tasks@tasks" "/a/$A/contacts?f=lifecyclestage~IN~lead|customer*createdate~GTE~2026-01-01&q=a@contacts-f"
DO="await p.keyboard.press('c'); await p.waitForTimeout(500)" node dev/shots.mjs $B $O "/a/$A/deals@create"
DO="await p.getByRole('button',{name:'Filter',exact:true}).click(); await p.waitForTimeout(300)" node dev/shots.mjs $B $O "/a/$A/companies@filter"
DO="await p.keyboard.press('Control+k'); await p.waitForTimeout(300); await p.keyboard.type('can'); await p.waitForTimeout(700)" node dev/shots.mjs $B $O "/a/$A/companies@find"
DO="await p.keyboard.press('?'); await p.waitForTimeout(500)" node dev/shots.mjs $B $O "/a/$A/companies@help"
DO="await p.getByRole('button',{name:'Open navigation'}).click(); await p.waitForTimeout(500)" W=390 node dev/shots.mjs $B $O "/a/$A/companies@nav-m"
DO="await p.getByRole('button',{name:'Why do I see this?'}).first().click(); await p.waitForTimeout(700)" node dev/shots.mjs $B $O "$R@why"
DO="await p.getByText('Meeting').first().click(); await p.waitForTimeout(500)" node dev/shots.mjs $B $O "$R@compose"
LANG_=it node dev/shots.mjs $B $O "$R@record-it" "/a/$A/settings/security@security-it"
