"""krait: the characters of scripts and of some other properties, for regex.

Unicode's Scripts.txt, DerivedCoreProperties.txt, PropList.txt and emoji-data.txt have them. A line is the names and the
ranges: how far each begins behind the end of that before, and how long it is, in digits of 36.
"""

TABLE = """\
common zyyy:0-1s,r-5,r-1a,2-e,2-4,o,w,ci-12,6-4,3-j,39,a,7,2,hq,7,f,4,x,4d,ed,3m-1,yi,ba-3,83,168-2,20-1,5o-1,2,y6,e,8-3,2-5,2-2,3,li-b,3-2e,2-a,4-a,2-f,h-10,1o-11,2-2,3-5,2-q,2-g,16-2,5-ih,n-a,m-pr,75-hf,3-3t,e9-2l,3-3,b1-k,2,2-o,g-7,5-3,2k-1,4,2j-1,44-f,x-11,a,1d-1r,w-28,1c,2h-4n,535-1r,hkx-x,2v-2,4m-9,6t,4h,b0,f-1,g5v-1,5t-9,n-y,2-i,2-3,44,2-v,r-5,r-a,b,1a-1,1t-6,2-6,b-4,77-2,5-18,4-8,29-c,1g-18,6d-q,10o5-3,319-70,4-c3,7-m,2-2,9-w,2b-37,1p-6t,b-12,3-1p,4-g,9-1,8-t,5-29,29-a,3-10,1r-j,d-j,d-2e,a-o,3s-2c,2-1y,2-1,3,3-1,3-3,2-b,2,2-6,2-1s,2-3,3-7,2-6,2-r,2-3,2-4,2,4-6,2-9g,2-83,3-1d,ld-s,3f9-1v,25-1o,jn-17,5-2r,d-e,3-e,2-e,2-10,b-4u,1k-p,2-1,e-17,5-8,8-1,f-5,4b-rd,3-g,4-c,4-63,5-b,5-r,5-1j,9-9,7-13,9-t,3-b,5-1,f-8,14-9j,9-d,3-c,4-1y,2,4-h,2-c,4-b,6-42,2-2u,gvlz,v-2n
latin latn:1t-p,7-p,1c,g,6-m,2-u,2-cg,14-4,55o-11,7-1c,6-3,6-c,2-1x,1u-73,aa,e,h-f,3v-1,7,s,i-14,254-v,o83-2t,4-2a,5,f-e,mp-16,2-8,2-3,3-1,fpv-6,t7-p,7-p,1ly-5,2-15,2-d,16ip-3l,f-6,1j-11,3-a
bopomofo bopo:kq-1,93u-16,35-v
inherited zinh qaai:lc-33,7q-1,cl-a,r,kh-3,3fg-1s,dc-2,2-c,2-6,5,7,4-1,5j-1r,el-1,5f-w,30a-3,30-1,14km-f,h-d,r4,6b,38b,1139-19,3-m,dd-1,1r-2,i-7,3-6,v-3,4u-1,h410-6n
greek grek:og-3,2-2,3-3,2,5,2,2-2,2,2-j,2-1q,f-f,4yv-4,1f-4,5-4,2d,8x-l,3-5,3-11,3-5,3-7,2,2,2,2-u,3-1g,2-e,2-d,3-5,2-i,3-2,2-8,88,rb3,gyj-26,i,155s-1x,2pa-1
coptic copt qaac:rm-d,80h-37,6-6
cyrillic cyrl:sg-3o,3-4o,4lt-a,4h,25,38o-v,nr5-2n,han-1,18n5-1p,y
armenian armn:10x-11,2-1j,1chw-4
hebrew hebr:13l-1k,7-q,5-5,1cfd-p,2-4,2,2-1,2-1,2-9
arabic arab:16o-4,2-5,2-d,2-2,2-v,2-9,c-p,2-2z,2-x,29-1b,6p-x,6-22,2-s,1bv5-dp,3-3z,x-f,35-4,2-3q,31g-u,1w-5,2-11,2-f,181t-3,2-q,2-1,2,3,2-9,2-3,2,2,7,5,2,2,2-2,2-1,2,3,2,2,2,2,2-1,2,3-3,2-6,2-3,2-3,2,2-9,2-g,6-2,2-4,2-g,1h-1
syriac syrc:1ds-d,2-1n,3-2,7l-a
thaana thaa:1hc-1d
nkoo nko:1j4-1m,3-2
samaritan samr:1kw-19,3-e
mandaic mand:1mo-r,3
devanagari deva:1s0-28,5-e,3-p,vhd-v,mip-a
bengali beng:1vk-3,2-7,3-1,3-l,2-6,2,4-3,3-8,3-1,3-3,9,5-1,2-4,3-o,1iia-1
gurmukhi guru:1z5-2,2-5,5-1,3-l,2-6,2-1,2-1,2-1,3,2-4,5-1,3-2,4,8-3,2,8-g
gujarati gujr:22p-2,2-8,2-2,2-l,2-6,2-1,2-4,3-9,2-2,2-2,3,g-3,3-b,8-6
oriya orya:269-2,2-7,3-1,3-l,2-6,2-1,2-4,3-8,3-1,3-2,6-4,5-1,2-4,3-h
tamil taml:29u-1,2-5,4-2,2-3,4-1,2,2-1,4-1,4-2,4-b,5-4,4-2,2-3,3,7,f-k,1ih2-1d,e
telugu telu:2dc-c,2-2,2-m,2-f,3-8,2-2,2-3,8-1,2-2,2-1,3-3,3-9,8-8
kannada knda:2gw-c,2-2,2-m,2-9,2-4,3-8,2-2,2-3,8-1,6-2,2-3,3-9,2-2
malayalam mlym:2kg-c,2-2,2-1e,2-2,2-5,5-f,3-p
sinhala sinh:2o1-2,2-h,4-n,2-8,2,3-6,4,5-5,2,2-7,7-9,3-2,1fcd-j
thai:2rl-1l,6-r
laoo lao:2v5-1,2,2-4,2-n,2,2-m,3-4,2,2-6,2-9,3-3
tibetan tibt:2yo-1z,2-z,5-12,2-z,2-e,2-6,5-1
myanmar mymr:35s-4f,u9t-u,2q-v,le9-j
georgian geor:3a8-11,2,6,3-16,2-3,2a9-16,3-2,37l-11,2,6
hangul hang:3cw-73,5yn-1,76-2l,36-u,1u-u,nhe-s,hw-8mb,d-m,5-1c,7tx-u,4-5,3-5,3-5,3-2
ethiopic ethi:3k0-20,2-3,3-6,2,2-3,3-14,2-3,3-w,2-3,3-6,2,2-3,3-e,2-1k,2-3,3-1u,3-v,4-p,547-m,a-6,2-6,2-6,2-6,2-6,2-6,2-6,2-6,opv-5,3-5,3-5,a-6,2-6,1qk2-6,2-3,2-1,2-e
cherokee cher:3vk-2d,3-5,twz-27
canadianaboriginal cans:3y8-hr,fl-1x,1ewr-f
ogham ogam:4g0-s
runic runr:4gw-22,4-a
tagalog tglg:4jk-l,a
hanunoo hano:4kg-k
buhid buhd:4lc-j
tagbanwa tagb:4m8-c,2-2,2-1
khmer khmr:4n4-2l,3-9,7-9,dj-v
mongolian mong:4qo-1,3,2-j,7-2g,8-16,1e46-c
limbu limb:4xs-u,2-b,5-b,5,4-b
taile tale:500-t,3-4
newtailue talu:51c-17,5-p,7-a,4-1
buginese bugi:54w-r,3-1
taitham lana:55s-1q,2-s,3-a,7-9,7-d
balinese bali:5c0-24,2-1d
sundanese sund:5fk-1r,75-7
batak batk:5hc-1f,9-3
lepcha lepc:5j4-1j,4-e,4-2
olchiki olck:5lc-1b
braille brai:7wg-73
glagolitic glag:8ow-2n,2e1t-6,2-g,3-6,2-1,2-4
tifinagh tfng:8xc-1j,8-1,f
hani han:96o-p,2-2g,d-5x,1c,2,q-8,f-3,qt-533,1t-g73,hkx-a5,3-2x,n49-1,d-6,sga-wyn,x-3dq,2-4gd,3-5rk,g-h9,1wj-f1,15v-3t6,6-6jt
hiragana hira:9j5-2d,7-2,23qa-7y,4,f,u-2,cry
katakana kana:9lt-2h,3-2,6p-f,5t-1a,2-2f,14b3-9,2-18,ytv-3,2-6,2-1,2,80-2,2-4,19,f-4
yiii yi:vls-wc,4-1i
lisu:wk0-1b,o8h
vaii vai:wlc-8b
bamum bamu:www-2f,124p-fs
sylotinagri sylo:x6o-18
phagspa phag:x8g-1j
saurashtra saur:xa8-1x,9-b
kayahli kali:xds-19,2
rejang rjng:xf4-z,c
javanese java:xhc-25,3-9,5-1
cham:xkw-1i,a-d,3-9,3-3
taiviet tavt:xog-1u,p-4
meeteimayek mtei:xr4-m,5m-19,3-9
linearb linb:1ekg-b,2-p,2-i,2-1,2-e,3-d,z-3e
lycian lyci:1f28-s
carian cari:1f34-1c
olditalic ital:1f5s-z,a-2
gothic goth:1f74-q
oldpermic perm:1f80-16
ugaritic ugar:1f9c-t,2
oldpersian xpeo:1fa8-z,5-d
deseret dsrt:1fcw-27
shavian shaw:1ff4-1b
osmanya osma:1fgg-t,3-9
osage osge:1fhs-z,5-z
elbasan elba:1fk0-13
caucasianalbanian aghb:1flc-1f,c
vithkuqi vith:1fn4-a,2-e,2-6,2-1,2-a,2-e,2-6,2-1
todhri todr:1fpc-1f
lineara lina:1fr4-8m,a-l,b-7
cypriot cprt:1g5c-5,3,2-17,2-1,4,3
imperialaramaic armi:1g74-l,2-8
palmyrene palm:1g80-v
nabataean nbat:1g8w-u,9-8
hatran hatr:1gbk-i,2-1,6-4
phoenician phnx:1gcg-r,4
lydian lydi:1gdc-p,6
sidetic sidt:1ge8-p
meroitichieroglyphs mero:1gg0-v
meroiticcursive merc:1ggw-n,5-j,3-19
kharoshthi khar:1gjk-3,2-1,6-7,2-2,2-s,3-2,5-9,8-8
oldsoutharabian sarb:1gm8-v
oldnortharabian narb:1gn4-v
manichaean mani:1gow-12,5-b
avestan avst:1gqo-1h,4-6
inscriptionalparthian prti:1gsg-l,3-7
inscriptionalpahlavi phli:1gtc-i,6-7
psalterpahlavi phlp:1gu8-h,8-3,d-6
oldturkic orkh:1gxs-20
oldhungarian hung:1h1c-1e,e-1e,8-5
hanifirohingya rohg:1h4w-13,9-9
garay gara:1h6o-11,4-s,9-1
yezidi yezi:1hfk-15,2-2,3-1
oldsogdian sogo:1hj4-13
sogdian sogd:1hkg-15
olduyghur ougr:1hm8-p
chorasmian chrs:1ho0-r
elymaic elym:1hpc-m
brahmi brah:1hq8-25,5-z,a
kaithi kthi:1hts-1u,b
sorasompeng sora:1hw0-o,8-9
chakma cakm:1hxc-1g,2-h
mahajani mahj:1hzk-12
sharada shrd:1i0w-2n,1vl-7
khojki khoj:1i4g-h,2-1a
multani mult:1i80-6,2,2-3,2-e,2-a
khudawadi sind:1i9c-1m,6-9
grantha gran:1ibk-3,2-7,3-1,3-l,2-6,2-1,2-4,3-8,3-1,3-2,3,7,6-6,3-6,4-4
tulutigalari tutg:1if4-9,2,3,2-11,2-9,2,3,2-3,2-9,2-1,9-1
newa:1iio-2j,2-4
tirhuta tirh:1im8-1z,9-9
siddham sidd:1itc-1h,3-11
modi:1iww-1w,c-9
takri takr:1j0g-1l,7-9
ahom:1j40-q,3-e,5-m
dogra dogr:1jb4-1n
warangciti wara:1jfk-2a,d
divesakuru diak:1ji8-6,3,3-7,2-1,2-t,2-1,3-b,a-9
nandinagari nand:1jmo-7,3-19,3-a
zanabazarsquare zanb:1jpc-1z
soyombo soyo:1jrk-2a
paucinhau pauc:1juo-1k
sunuwar sunu:1k1s-x,f-9
bhaiksuki bhks:1k3k-8,2-18,2-d,b-s
marchen marc:1k6o-v,3-l,2-d
masaramgondi gonm:1kao-6,2-1,2-17,4,2-1,2-8,9-9
gunjalagondi gong:1kdc-5,2-1,2-10,2-1,2-5,8-9
tolongsiki tols:1kfk-17,5-9
makasar maka:1ko0-o
kawi:1kow-g,2-14,4-s
cuneiform xsux:1kw0-pl,2v-8z,d-2f,4l-1m
protocuneiform pcun:1m08-4j
cyprominoan cpmn:1nyo-2q
egyptianhieroglyphs egyp:1o1s-ut,b-32y
anatolianhieroglyphs hluw:1s00-g6
gurungkhema gukh:1xq8-1l
mroo mro:1zk0-u,2-9,5-1
tangsa tnsa:1zlc-26,2-9
bassavah bass:1zo0-t,3-5
pahawhhmong hmng:1zpc-1x,b-9,2-6,2-k,6-i
kiratrai krai:205c-1l
medefaidrin medf:20cg-2i
beriaerfe berf:20f4-o,3-o
miao plrd:20hs-22,5-1k,8-g
tangut tang:20o0,w-5bz,e9-w,2o-36
nushu nshu:20o1,cy7-az
khitansmallscript kits:20o4,5cs-d6,11
jurchen jurc:26m8-pd,f-1e
duployan dupl:2fpc-2y,6-c,4-8,8-9,3-3
signwriting sgnw:2l8g-i3,g-4,2-e
nyiakengpuachuehmong hmnp:2n0g-18,4-d,3-9,5-1
toto:2nbk-u
wancho wcho:2ncw-1l,6
nagmundari nagm:2nrk-15
olonal onao:2nyo-16,5
taiyo tayo:2o5c-u,2-l,9-1
mendekikakui mend:2oe8-5g,3-f
adlam adlm:2olc-23,5-9,5-1
seal:5csg-8qn
katakanaorhiragana hrkt:
alphabetic:1t-p,7-p,1c,b,5,6-m,2-u,2-cp,5-b,f-4,8,2,2f,u-h,2-1,3-3,2,7,2-2,2,2-j,2-2a,2-3u,9-4l,2-11,2-1,7-14,3-1,10-d,2,2-1,2-1,2-2,7-q,5-3,u-a,6-1j,2-6,f-2t,2-7,5-7,5-2,b-2,3,h-1b,e-2s,p-w,a-1,5,6-n,3-i,k-o,8-a,6-n,2-6,8,9-15,b-b,4-6,7-23,2-f,2-2,5-e,e-i,2-7,3-1,3-l,2-6,2,4-3,4-7,3-1,3-1,2,9,5-1,2-4,d-1,b,5-2,2-5,5-1,3-l,2-6,2-1,2-1,2-1,5-4,5-1,3-1,5,8-3,2,i-5,c-2,2-8,2-2,2-l,2-6,2-1,2-4,4-8,2-2,2-1,4,g-3,m-3,5-2,2-7,3-1,3-l,2-6,2-1,2-4,4-7,3-1,3-1,a-1,5-1,2-4,e,h-1,2-5,4-2,2-3,4-1,2,2-1,4-1,4-2,4-b,5-4,4-2,2-2,4,7,15-c,2-2,2-m,2-f,4-7,2-2,2-2,9-1,2-2,2-1,3-3,t-3,2-7,2-2,2-m,2-9,2-4,4-7,2-2,2-2,9-1,6-2,2-3,e-2,d-c,2-2,2-14,3-7,2-2,2-2,2,6-3,8-4,n-5,2-2,2-h,4-n,2-8,2,3-6,9-5,2,2-7,j-1,e-1l,6-6,7,1g-1,2,2-4,2-n,2,2-i,2-2,3-4,2,7,f-3,x,1s-7,2-z,5-i,5-f,2-z,1w-1i,2,3-4,h-1r,b-3,3-11,2,6,3-16,2-98,2-3,3-6,2,2-3,3-14,2-3,3-w,2-3,3-6,2,2-3,3-e,2-1k,2-3,3-1u,12-f,h-2d,3-5,4-h7,3-g,2-p,6-22,4-a,8-j,c-k,d-j,d-c,2-2,2-1,d-1f,3-i,f,5,1w-2g,8-16,6-1x,b-u,2-b,5-8,o-t,3-4,c-17,5-p,1j-r,5-1q,3-j,1f,o-1,c-2,1e-1f,2-e,2-7,1g-15,3-3,b-17,2-a,f-1i,n-2,b-z,3-a,6-16,3-2,16-3,2-5,2-1,4,6-5b,k-x,c-7p,3-5,3-11,3-5,3-7,2,2,2,2-u,3-1g,2-6,2,4-2,2-6,4-3,3-5,5-c,6-2,2-6,39,e,g-g,2r,5,3-9,2,4-4,7,2,2,2-3,2-a,3-3,6-4,5,i-14,mm-1f,1ef-6c,7-3,4-1,d-11,2,6,3-1j,8,h-m,a-6,2-6,2-6,2-6,2-6,2-6,2-6,2-6,2-v,1c,d2-2,q-8,8-4,3-4,5-2d,7-2,2-2h,2-3,6-16,2-2l,i-v,1d-f,e9-533,1t-h3g,1w-19,3-7g,4-f,b-1,l-1a,6-7,4-34,14-8,3-2u,3-2a,5,f-k,2-w,p-1f,d-1v,2,19-5,4,2-2,b-w,6-y,e-s,4-1e,2-b,g,h-f,b-4,2-1i,a-d,j-m,4-1w,2,2,p-2,3-f,3-3,c-5,3-5,3-5,a-6,2-6,2-16,2-d,3-1,3-3e,m-8mb,d-m,5-1c,6it-a5,3-2x,13-6,d-4,6-b,2-c,2-4,2,2-1,2-1,2-2z,y-a2,j-1r,3-1h,15-b,39-4,2-3q,11-p,7-p,c-2g,4-5,3-5,3-5,3-2,10-b,2-p,2-i,2-1,2-e,3-d,z-3e,1y-1g,7g-s,4-1c,1c-v,e-t,6-16,6-t,3-z,5-7,2-4,17-4d,j-z,5-z,5-13,9-1f,d-a,2-e,2-6,2-1,2-a,2-e,2-6,2-1,4-1f,d-8m,a-l,b-7,p-5,2-15,2-d,1t-5,3,2-17,2-1,4,3-m,b-m,a-u,1u-i,2-1,b-l,b-p,7-p,13-1j,7-1,1t-3,2-1,6-7,2-2,2-s,17-s,4-s,10-7,2-r,s-1h,b-l,b-i,e-h,33-20,1k-1e,e-1e,e-13,z-r,4,6-m,6z-15,2-1,4-1,h-5,4-2,c-l,5,2,2-1,2-2,4-s,b,9-l,17-h,1b-k,s-m,a-1x,18-4,b-1k,a,e-o,o-1e,i-3,9-y,4,a-1r,2-3,a-1,b,2,10-h,2-x,3,7-3,1r-6,2,2-3,2-e,2-9,8-1k,o-3,2-7,3-1,3-l,2-6,2-1,2-4,4-7,3-1,3-1,4,7,6-6,t-9,2,3,2-11,2-9,2,3,2-3,2-1,4,2,19-1t,2-2,2-3,l-2,v-1t,3-1,2,55-1h,3-6,q-5,z-1q,2,4,1o-1h,3,20-q,3-d,m-6,56-1k,2w-1r,w-7,3,3-7,2-1,2-t,2-1,3-1,3-3,2m-7,3-19,3-5,2,2-1,s-1e,3-9,i-1z,6,j-20,i,2e-7,2h-w,w-8,2-18,2-6,2,1e-t,3-l,2-d,22-6,2-1,2-17,4,2-1,2-2,2,3-1,p-5,2-1,2-10,2-1,2-3,2,o-17,l-1,6n-m,a-g,2-14,4-2,34,28-pl,2v-33,6-5q,d-8m,1sa-2o,g-tr,i-5,q-32y,6-g6,5a2-1a,1ci-fs,8-u,i-26,i-t,j-1b,h-3,w-k,6-i,c1-18,5w-1r,x-o,3-o,19-22,5-1k,8-g,1t-1,2,d-6,a-5p6,11-x,2o-36,e-pd,f-1e,5y6-3,2-6,2-1,2-88,a,u-2,3,f-4,8-az,1s5-2y,6-c,4-8,8-9,5,4ma-2c,2-1y,2-1,3,3-1,3-3,2-b,2,2-6,2-1s,2-3,3-7,2-6,2-r,2-3,2-4,2,4-6,2-9g,2-o,2-o,2-u,2-o,2-u,2-o,2-u,2-o,2-u,2-o,2-7,1f9-3l,f-6,1j-1l,2-g,3-6,2-1,2-4,6-1p,y,35-18,b-6,h,8y-t,j-17,dh-r,6d-t,3,5s-u,2-l,9-1,69-6,2-3,2-1,2-e,2-5g,1o-1v,4,4,xh-3,2-q,2-1,2,3,2-9,2-3,2,2,7,5,2,2,2-2,2-1,2,3,2,2,2,2,2-1,2,3-3,2-6,2-3,2-3,2,2-9,2-g,6-2,2-4,2-g,hh-p,7-p,7-p,2uv-wyn,x-3dq,2-4gd,3-5rk,g-h9,1wj-f1,15v-3t6,6-6jt,upz-8qn
uppercase:1t-p,2u-m,2-6,y,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,3,2,2,2,2,2,2,2,3,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2-1,2,2,4-1,2,2-1,2-2,3-3,2-1,2-2,4-1,2-1,2,2,2-1,2,3,2-1,2-2,2,2-1,4,8,3,3,3,2,2,2,2,2,2,2,3,2,2,2,2,2,2,2,2,3,3,2-2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,8-1,2-1,3,2-3,2,2,2,2,82,2,4,9,7,2-2,2,2-1,2-g,2-8,10,3-2,4,2,2,2,2,2,2,2,2,2,2,2,6,3,2-1,3-1e,1d,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,a,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2-1,2,2,2,2,2,2,3,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,3-11,28a-11,2,6,k3-2d,1p0,7-16,3-2,8x,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,a,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,a-7,9-5,b-7,9-7,9-5,c,2,2,2,9-7,21-3,d-3,d-3,d-4,c-3,7b,5,4-2,3-2,3,4-4,7,2,2,2-3,3-3,b-1,6,r-f,k,mr-p,1f5-1b,1d,2-2,3,2,2,2-3,2,3,9-2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,9,2,5,nym,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,k,2,2,2,2,2,2,2,2,2,2,2,2,2,3s,2,2,2,2,2,2,4,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,b,2,2-1,2,2,2,2,5,2,3,2,4,2,2,2,2,2,2,2,2,2,2-4,2-4,2,2,2,2,2,2,2,2-3,2,2-1,2,2,2,2,2,2,2,2-1,5,j,on-1,gj8-p,xy-13,3t-z,4d-a,2-e,2-6,2-1,1d7-1e,4e-l,27v-v,gw1-v,1t-o,k08-p,r-p,r-p,r,2-1,3,3-1,3-3,2-7,r-p,r-1,2-3,3-7,2-6,s-1,2-3,2-4,2,4-6,s-p,r-p,r-p,r-p,r-p,r-p,v-o,y-o,y-o,y-o,y-o,y,1h2,8,2,3,4,n,2,2,2,4,2,2,2,2,2,2,1vm-x,1lb-p,7-p,7-p
lowercase:2p-p,1c,b,5,11-n,2-7,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2-1,2,2,2,2,2,2,2,2-1,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,3,2,2-2,3,2,3,4-1,5,3,4-2,3,3,2,2,3,2-1,2,3,4,2,3-1,3-2,7,3,3,2,2,2,2,2,2,2,2-1,2,2,2,2,2,2,2,2,2-1,3,2,4,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2-6,3,3-1,2,5,2,2,2,2-1w,3-y,8-1,v-4,2p,18,2,4,3-3,j,s-y,2-1,4-2,2,2,2,2,2,2,2,2,2,2,2,2-4,2,3,3-1,1g-1b,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,a,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,3,2,2,2,2,2,2-1,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,15,8-14,3-1,284-16,2-3,l5-5,1oj-8,2,3a-5b,1u,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2-8,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2-8,9-5,b-7,9-7,9-5,b-7,9-7,9-d,3-7,9-7,9-7,9-4,2-1,7,4-2,2-1,9-3,3-1,9-7,b-2,2-1,3e,e,h-f,2z,4-1,4,s,5,5,3-1,9-3,5,y-f,5,ng-p,1fr-1b,2,4-1,2,2,2,5,2-1,2-7,4,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2-1,8,2,5,d-11,2,6,nx0,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,k,2,2,2,2,2,2,2,2,2,2,2,2,2-2,3q,2,2,2,2,2,2-2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2-9,2,2,3,2,2,2,2,5,2,3,2-2,2,2,2,2,2,2,2,2,2,2,6,6,2,2,2,2,2,2,2,5,2,3,2,2,2,2,2,2,2,m-3,2,2-2,mu-16,2-d,7-27,fnl-6,d-4,tm-p,y6-13,3t-z,4c-a,2-e,2-6,2-1,ck,3-2,2-15,2-d,zl-1e,3i-l,27v-v,gw1-v,1o-o,k07-p,r-6,2-h,r-p,r-3,2,2-6,2-a,r-p,r-p,r-p,r-p,r-p,r-p,r-p,r-p,r-s,s-o,2-5,r-o,2-5,r-o,2-5,r-o,2-5,r-o,2-5,2,1f9-9,2-1g,2-6,2,2-1,2-2,2-l,2,2,2,2-2,2,2,2,2,2,2,2,h-6,1j-1e,1d-1p,1px-x
emoji:z,7,6-9,34,5,68e,d,61,n,2j-5,g-1,a8-1,d,4n,q-a,5-2,5k,6g-1,b,a,1n-3,2-4,a,3,3-1,3,5,3,2-1,3,4,4-1,9-2,6,2,6-b,c-1,3,2-1,2,j,3-1,j-5,2,2-1,4-1,6,3-1,5-1,c-1,6-1,3,6-1,2,2-1,l-1,6-5,2-3,3,5,3,3-5,2,3,2,2,7,4,7,b-1,g,3,5,2,5-2,2,c-1,1d-2,a,f,f,ad-1,cw-2,k-1,1g,5,yj,d,gq,2,2fzf,5n,4h-1,d-1,f,3-9,24-p,2-1,o,l,3-8,m-1,4v-x,3-33,3-1,2-2,3-2a,3-2,2-7a,2-1q,c-5,2-n,8-1,3-7,d,3-3,3,5-1,e-1,3,9-1,a,6-2,d-2,9-2,3,2,5,7,4,7-2d,1d-1x,6-7,3-4,3-9,4,2-1,4,3-9,6c-b,5,7w-1a,2-9,2-54,35-c,4-1y,2,4-h,2-c,4-b
extendedpictographic:4p,5,68e,d,61,n,2j-5,g-1,a8-1,d,4n,q-a,5-2,5k,6g-1,b,a,1n-3,2-4,a,3,3-1,3,5,3,2-1,3,4,4-1,9-2,6,2,6-b,c-1,3,2-1,2,j,3-1,j-5,2,2-1,4-1,6,3-1,5-1,c-1,6-1,3,6-1,2,2-1,l-1,6-5,2-3,3,5,3,3-5,2,3,2,2,7,4,7,b-1,g,3,5,2,5-2,2,c-1,1d-2,a,f,f,ad-1,cw-2,k-1,1g,5,yj,d,gq,2,2fzf,14-3,2t-b,g-1,g,f-1,12-9,35-1,d-1,f,3-9,l-1i,s-e,b,l,3-8,2-3,a-m,7-57,3-33,3-1,2-2,3-2a,3-2,2-3,6-71,2-1q,c-5,2-n,8-1,3-7,d,3-3,3,5-1,e-1,3,9-1,a,6-2,d-2,9-2,3,2,5,7,4,7-2d,1d-1x,6-7,3-g,4,2-5,3-c,65-k,s-3,1l-7,b-5,15-7,v-1,d-3,3-d,a-12,d-1a,2-9,2-54,2h-7,f-41,75-sd
ideographic:9hi-1,q-8,f-2,qu-533,1t-g73,hkx-a5,3-2x,n4b,e-4,a-5p6,11-x,2o-36,e-pd,f-1e,68u-az,f7p-wyn,x-3dq,2-4gd,3-5rk,g-h9,1wj-f1,15v-3t6,6-6jt,upz-8qn
"""
