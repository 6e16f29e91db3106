"""Words that carry grammar rather than content, by language: they are indexed, but not asked for."""

from __future__ import annotations

FUNCTION_WORDS = {
    "en": """a about above after again against all also although am an and any anybody anyone are as at be
        because been before being below between both but by can could did do does doing done down
        during each either else ever every few for from had has have having he her here hers herself
        him himself his how i if in into is it its itself just let like many may me might mine more
        most much must my myself neither no nor not of off on once one only or other ought our ours
        out over own per rather same shall she should since so some such than that the their theirs
        them themselves then there these they this those though through thus till to too under until
        up upon us very was we were what whatever when where whether which while who whom whose why
        will with within without would yet you your yours there's tell give say says said according
        called please""",
    "de": """ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes
        auch auf aus bei beim bin bis bist da dabei dafür dagegen daher damit dann daran darauf
        daraus darf darin darüber darum das dass daß davon dazu dein deine dem den denen denn der
        deren des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein
        eine einem einen einer eines er es etwa etwas euch euer für gegen hat hatte hatten habe
        haben her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins
        ist ja je jede jedem jeden jeder jedes jene jenem jenen jener jenes kann kein keine keinem
        keinen keiner können könnte machte man manche mehr mein meine mich mir mit muss mußte musste
        nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seines seit
        selbst sich sie sind so sogar solche solchem solchen solcher soll sollte sondern sonst über
        um und uns unser unter viel viele vom von vor wann war waren warum was wegen weil weiter
        welche welchem welchen welcher welches wem wen wenn wer werde werden wessen wie wollten
        sollten konnten mussten wieder will wir wird wo wollen wollte wurde wurden während zu zum
        zur zwar zwischen laut""",
    "fr": """à afin ai alors après as au aucun aucune aussi autre autres aux avait avant avec avoir avons ayant c
        car ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment contre d
        dans de depuis des dès donc dont du elle elles en encore entre es est et étaient était étant
        été être eu eux fait faire fut furent il ils j je jusque l la laquelle le lequel les
        lesquelles lesquels leur leurs lorsque lui m ma mais me même mêmes mes moi moins mon n ne ni
        non nos notre nous on ont ou où par parce pas pendant peu peut plus pour pourquoi pu puis qu
        quand que quel quelle quelles quels qui quoi s sa sans se selon sera ses si sien son sont
        sous sur t ta te tes toi ton tous tout toute toutes très trop tu un une vers voici voilà vos
        votre vous y combien""",
    "es": """a al algo algún alguna algunas alguno algunos ante antes aquel aquella aquellas aquello aquellos
        aquí así aún aunque bajo bien cada casi como cómo con contra cual cuál cuales cuáles
        cualquier cuando cuándo cuánto cuánta cuántas cuántos de del desde donde dónde dos durante e
        el él ella ellas ello ellos en entre era eran es esa esas ese eso esos esta está están
        estaba estas este esto estos fue fueron ha había habían han hasta hay la las le les lo los
        más me mi mientras mis mucho muchos muy nada ni no nos nosotros o os otra otras otro otros
        para pero poco por porque qué que quien quién quienes se sea según ser si sí sido sin sino
        sobre son su sus también tan tanto te tiene tienen toda todas todo todos tras tu un una unas
        uno unos y ya yo""",
    "it": """a ad agli ai al alla alle allo anche ancora che chi ci come con contro cosa cui da dagli dai dal
        dalla dalle dallo degli dei del della delle dello di dopo dove e è ed era erano essere fa
        fra fu gli ha hanno i il in io l la le lei li lo loro lui ma mi mia mio molto ne negli nei
        nel nella nelle nello no noi non nostro o ogni per perché più quale quali quando quanto
        quella quelle quelli quello questa queste questi questo qui se sei si sia sono sta su sua
        sue sugli sui sul sulla suo suoi tra tu tutti tutto un una uno vi voi""",
    "pt": """a à ao aos as às até com como da das de dela dele deles do dos e é ela elas ele eles em entre era
        eram essa esse esta está este eu foi foram há isso isto já lhe mais mas me mesmo meu minha
        muito na não nas nem no nos nós o onde os ou para pela pelas pelo pelos por porque qual
        quais quando quanto que quem se seu seus são sem ser sobre sua suas também te tem um uma
        umas uns você""",
    "nl": """aan al alles als altijd andere ben bij dan dat de der deze die dit doch doen door dus een en er ge
        geen had heb hebben heeft het hij hoe hun ik in is ja je kan kon maar me meer men met mij
        mijn na naar niet niets nog nu of om omdat onder ons ook op over te tegen toch toen tot u
        uit uw van veel voor want waren was wat waar waarom wanneer we welke wel werd wezen wie wij
        wil worden wordt zal ze zich zij zijn zo zonder zou""",
    "ru": """а без более бы был была были было быть в вам вас ведь во вот все всего всех вы где да даже для до
        его ее её если есть еще ещё же за здесь и из или им их к как какая какие какой когда кого
        кто ли либо мне мы на над надо нас не него нее ней нет ни них но ну о об он она они оно от
        по под при с сам себя со так также такой там те тем то того тоже той только том ты у уже
        хотя чего чей чем что чтобы чье чья эта эти это этот я почему зачем сколько куда откуда""",
    "sv": """alla att av bara blev bli där de dem den denna deras dess det detta dig din du då efter ej eller en
        er ett för från ha hade han hans har henne hennes hon hur här i icke ingen inom inte jag ju
        kan kunde man med mellan men mig min mot mycket ni nu när någon och om oss på samma sedan
        sig sin själv skulle som så till under upp ut utan vad var vara varför vem vi vid vilka
        vilken är över""",
    "da": """af alle alt anden andre at blev bliver da de dem den denne der deres det dette dig din disse dog du
        efter eller en end er et for fordi fra før gennem ham han hans har havde have hende hendes
        her hos hun hvad hvem hver hvilke hvilken hvilket hvor hvordan hvorfor hvornår hvis i ikke
        ind ingen jeg jer jo kan kun kunne man mange med meget mellem men mig min mod må ned nogen
        nogle noget nu når og også om op os over på samme sig sin sine sit skal skulle som så thi
        til ud under var ved vi vil ville være været vor""",
    "no": """alle andre at av ble bli blir da de dem den denne der deres det dette din disse du eller en enn er
        et etter for fordi fra før gjennom ha hadde han hans har henne hennes her hos hun hva hvem
        hver hvilke hvilken hvilket hvis hvor hvordan hvorfor i ikke ingen inn jeg kan kun kunne man
        mange med meg mellom men mer min mot må når noen noe nå og også om opp oss over på samme seg
        selv sin sine sitt skal skulle som så til um under ut var ved vi vil ville være vært""",
    "fi": """ei eivät en ennen entä että hän hänen häntä he heidän hyvin ja jo jolla jonka jos joka jotka joten
        kaikki kanssa kuin kuinka kuka ketkä kun koska kenen kyllä me meidän mikä miksi mille millä
        millainen milloin missä mistä mitä mitkä mukaan mutta myös ne niiden niin nyt näiden nämä
        oli olivat ole olen olla olisi on ovat onko paljonko se sekä sen siellä siitä sitä sille
        silloin sinä ta tai te tuo tämä tämän tässä vaan vain vai vielä voi ylös yli""",
    "el": """αν αντί από αυτά αυτές αυτή αυτό αυτοί αυτός αυτού αυτών για δε δεν εάν είναι είχαν είχε εκεί εκείνη
        εκείνο εκείνος ενώ επί επίσης έτσι έχει έχουν ή ήταν η θα και κάθε κατά κι μας με μετά μέχρι
        μέσα μη μην μια μία μου μπορεί να ο οι όμως όπου όπως όταν ότι ό,τι ούτε πια πιο ποια ποιά
        ποιες ποιο ποιό ποιοι ποιος ποιός ποιον ποιους πολύ πόσα πόσες πόσο πόσοι πότε που πού πριν
        προς πώς πως σαν σας σε στα στη στην στις στο στον στους συν τα τη την της τι τις το τον του
        τους των ως γιατί ένα έναν ένας ενός""",
    "ro": """a acea aceasta această acest acesta aceste acestei acestor acestui acei acel acela acele ai al ale
        am ar are așa asta au avea avut ca că cărei căror cărui care cât câte câți când ce cei cel
        cele celor ceva chiar cine cu cui cum da dacă dar de deci decât deja despre din după ea ei
        el ele era erau este eu fac face fi fie fost fără iar îi îl în înainte înspre între își îți
        la le li lor lui mai mult multe mulți ne nici niște noi nostru nu o ori orice pe pentru
        peste poate prin printr sa să sale sau se si și spre sub sunt suntem te tot toate toți un
        una unde unei unele unor unui va vor voi""",
    "tr": """acaba ama ancak ara artık bana bazı ben beni benim bile bir biri birkaç biz bize bizim bu bunda
        bundan bunlar bunu bunun çok çünkü da daha dahi de değil diye eğer en fakat gibi göre hangi
        hangisi hem hep her hiç için ile ilgili ise kaç kadar kendi ki kim kime kimi kimin mi mı mu
        mü nasıl ne neden nedir nerede nereye neyi niçin niye o olan olarak oldu olduğu olduğunu
        olmak olması olup on ona ondan onlar onların onu onun orada öyle sadece sen siz sonra şey şu
        tarafından tüm ve veya ya yani yer yine""",
    "hu": """a abban ahhoz ahogy ahol aki akik akkor alatt által általában amely amelyek amelyet ami amit amíg
        amikor az azok azon azt azzal bár be csak de e egy egyes egyik el ennek erre és ez ezek ezen
        ezt fel ha hanem hogy hogyan hol honnan így illetve is itt ki kinek kit le lehet lesz lett
        majd meg mely melyek melyik mert mi miért mikor milyen minden mint mit már még most nagy ne
        nem nincs olyan ott ő ők össze pedig s sem semmi szerint számára tovább ugyan után ugyanis
        úgy vagy van vannak való volt voltak volna viszont""",
    "pl": """a aby albo ale bardzo bez bo być był była było były będzie będą co czy czyli czym dla dlaczego do
        dwa gdy gdzie go i ich ile im inne innych ja jak jaka jaki jakie jako je jednak jego jej
        jemu jest jeszcze jeśli już każdy kiedy kim kto która które którego której który których
        którym którzy ku lub ma mają mi mnie może można mu my na nad nam nas nawet nich nie niego
        niej nim niż no o od on ona one oni oraz po pod podczas ponieważ przed przez przy są sam się
        sobie swoje swój ta tak także tam te tego tej tem ten też to tu tych tylko tym w we więc
        wszystkie wszystko z za ze że""",
    "cs": """a aby ale ani ano asi až bez bude budou by byl byla byli bylo být co což či dnes do ho i já jak jaká
        jaké jaký jako je jeho jej její jejich jen jenž ještě ji jiné již jsem jsi jsme jsou jste k
        kam kde kdo kdy když ke kolik která které kterého který kteří ku ma mají mezi mi mne mnou mu
        my na nad nám nás náš ne nebo než ni nic nich ním o od on ona oni ono pak po pod podle pokud
        pouze právě pro proč proto protože před přes při s se si sice své svůj svých ta tak také tam
        te tě tedy ten této tím to tohle toho tom tomto tu tuto ty u už v vám vás ve více však
        všechny z za ze že""",
    "hi": """अपना अपनी अपने अब आदि आप इन इनका इनके इस इसका इसकी इसके इसमें इसे उन उनका उनकी उनके उन्हें उन्होंने
        उस उसका उसकी उसके उसने उसे एक एवं और कई कब कर करता करते करना करने करें कहा कहाँ का कितना
        कितनी कितने किया किस किसका किसकी किसके किसने किसी किसे की कुछ के को कोई कौन कौनसा कौनसी क्या
        क्यों गई गए गया चाहिए जब जहाँ जा जाता जाती जाते जाने जिस जिसका जिसकी जिसके जिसमें जिसे जो तक
        तथा तब तो था थी थे दिया द्वारा न नहीं ने पर पहले फिर बाद भी में मैं यदि यह यहाँ या ये रहा
        रही रहे लिए लेकिन वह वहाँ वाला वाली वाले वे व सभी साथ से हम ही हुआ हुई हुए है हैं हो होता
        होती होते होना होने हूँ कैसे""",
    "ar": """أ إذا إلا إلى أم أما أن إن أنا أنت أنه إنه أنها إنها أو أي أية أين ب بأن بعد بعض بعضها بل به بها
        بهذا بهذه بين تكون تلك ثم حتى حول حيث خلال ذلك دون سوف ضد عدد على علي عليه عليها عن عند
        عندما عنه عنها غير ف فقط فهو فهي في فيه فيها قبل قد كان كانت كل كم كما كيف ل لأن لا لدى لذلك
        لكن لم لماذا لن له لها لهم ليس ليست ما ماذا متى مثل مع من منذ منه منها هؤلاء هذا هذه هل هم
        هنا هناك هو هي و وأن وإن وقد وكان وكانت ولا ولكن ولم وما ومن وهو وهي يكون التي الذي الذين
        اللذان اللتان اللاتي""",
    "id": """ada adalah agar akan antara apa apakah atas atau bagaimana bagi bahwa banyak beberapa berapa bila
        bisa bukan dalam dan dapat dari daripada dengan di dia hanya harus hingga ia ini itu jika
        juga kapan karena kata ke kepada kami kita lagi lain lebih maka mana masih mengapa menjadi
        mereka namun nya oleh pada para pun saat saja sampai sangat saya sebagai sebelum sebuah
        secara sedang sejak seluruh semua seorang seperti serta setelah siapa sudah suatu supaya
        tahun tak telah tentang terhadap tetapi tidak untuk yaitu yang""",
    "ca": """a al als altra altre altres amb aquell aquella aquelles aquells aquest aquesta aquestes aquests això
        així bé cada com contra cal d de del dels des després doncs durant e el ella elles ells els
        em en encara entre era eren es és et fins ha han havia hi ho i la l les li llur lo on or o
        per perquè perque però poc què qual quals quan quant quants que qui s se sense ser serà seu
        seus seva seves si sobre sol són també tan tant te tot tota totes tots un una uns unes va
        van vos""",
    "vi": """ai bao bằng bị bởi các cái cho chỉ chưa có cùng của cũng đã đâu đây để đến điều do đó được gì hay
        hơn khi không là lại lên lúc mà mỗi một này nào nên nếu ngay nhiều như nhưng những nơi nữa ở
        qua ra rằng rất rồi sau sẽ sao sự tại theo thì thế trên trong trước từ từng và vài vào vẫn
        về vì việc với vừa""",
    "eo": """al ankaŭ antaŭ aŭ apud bone ĉar ĉe ĉi ĉiu ĉiuj ĉu da de dum ebla eĉ ekde el en estas estis esti
        estos ĝi ĝia ĝis ha iel ili ilia ilin inter ia iu iuj jam je jen jes kaj kial kiam kie kiel
        kies kio kion kiom kiu kiuj kiun kontraŭ krom kun kvankam la laŭ li lia lian lin malgraŭ mi
        mia mian min multe ne nek neniu ni nia nian nin nun nur ol oni per plej pli plu por post
        povas povis pri pro se sed sen si sia siaj sian sin sub super sur ŝi ŝia ŝin tamen tial tia
        tiam tie tiel tio tion tiu tiuj tiun tra trans tre tro tute unu vi via vin""",
    "uk": """а або але без би був була були було бути в вам вас вже ви від він вона вони воно все всі вся де для
        до його її їх з за зі й і із коли котрий кого кому куди ми мене мені на над нам нас наш не
        нею ні ним них ну о об однак он оскільки перед під по при про протягом та так також там те
        ти тим тих то тобто того тоді той тому тут у хоч хто це цей ця ці цього цьому чи чим чого
        чому що щоб як яка яке який які якого якої я""",
}
"""White space between the words of each language, in lower case."""
