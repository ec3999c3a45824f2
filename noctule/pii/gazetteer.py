"""A small list of common given names and surnames, written by hand for this project, in lower case without accents.

It need not be complete: a column of names is told by the share of its cells that are in it.
"""

from noctule.pii.words import words

GIVEN = words(
    """
    james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald
    steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas
    eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander frank patrick raymond jack dennis
    jerry tyler aaron jose adam nathan henry douglas zachary peter kyle walter ethan jeremy harold keith christian roger
    noah gerald carl terry sean austin arthur lawrence jesse dylan bryan joe jordan billy bruce albert willie gabriel
    logan alan juan wayne roy ralph randy eugene vincent russell elijah louis bobby philip johnny travis cody derek
    shane cory brett chad craig todd dustin corey marcus troy curtis shawn edwin lucas luke oliver oscar liam mason
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa margaret betty sandra ashley
    dorothy kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen
    amy shirley angela helen anna brenda pamela nicole samantha katherine emma ruth christine catherine debra rachel
    carolyn janet virginia maria heather diane julie joyce victoria kelly christina joan evelyn lauren judith olivia
    frances martha cheryl megan andrea hannah jacqueline ann jean alice kathryn gloria teresa sara janice doris madison
    julia grace judy abigail marie denise beverly amber theresa marilyn danielle diana brittany natalie sophia rose
    isabella alexis kayla charlotte tiffany crystal erin tracy holly monica wendy dawn tina tammy kristen erica kristin
    vanessa courtney lindsey jamie leah alicia shannon stacy april melanie kathy molly lindsay allison caitlin
    harry graham nigel simon ian neil stuart gareth darren lee gavin duncan callum connor lewis jake alex ben dean
    gillian hilary lesley lynn jill hazel kate lucy chloe sophie ellie georgia paige zoe jade gemma kirsty leanne
    hans peter klaus wolfgang jurgen dieter manfred uwe gunter horst werner helmut gerhard bernd rainer heinz karl
    stefan andreas matthias sebastian tobias florian jan felix maximilian lukas jonas leon paul moritz niklas johannes
    heinrich friedrich otto ernst hermann wilhelm rudolf georg franz josef ludwig siegfried erich kurt norbert detlef
    ulrich volker frank jorg holger torsten ralf olaf axel dirk sven marco kai lars marcel rene ronny mario silvio
    ursula monika petra sabine renate helga karin brigitte ingrid erika gisela christa gabriele anja susanne martina
    andrea claudia birgit heike silke katrin kerstin nicole stefanie sandra melanie anke ines ute silvia angelika
    hannelore elke edith irmgard hildegard elisabeth gerda marianne waltraud ilse inge margarete johanna frieda lina
    lea lena hanna leonie mia emilia marlene mathilde anneliese rosemarie christel jutta doris ruth dorothea regina
    pierre jean michel andre philippe rene louis alain jacques bernard marcel daniel roger robert claude christian
    nicolas julien thierry sebastien guillaume antoine olivier frederic stephane laurent pascal bruno eric gilles henri
    francois emmanuel vincent maxime alexandre benoit xavier yves didier patrice serge theophile timothee tristan
    etienne gerard raymond georges maurice leon thibaut thibault mathieu matthieu hugues honore roland eugene edouard
    nathalie isabelle sylvie catherine martine christine francoise valerie sandrine stephanie veronique sophie celine
    chantal patricia anne brigitte monique nicole jacqueline veronique aurelie caroline emilie elodie camille manon
    margaux margot lucie lucy helene agnes aime aimee alix anais anouk astrid augustin arnaude audrey bertrand
    capucine charlotte claire clemence colette corinne danielle denise eleonore elise genevieve gabrielle georges
    gilbert gregoire guy hortense ines jeanne jeannine joseph josephine josette juliette laure laurence lorraine
    madeleine marc marcelle margaud marguerite marthe marianne nath noel noemi odette olivie oceane paulette paul
    penelope renee roxane simone solange susan susanne suzanne theodore therese tristan valentine victoire virginie
    william yvette zacharie zoe denis dominique edith emile adelaide adele adrien adrienne alexandria alfred alice
    antonio jose manuel francisco juan david javier jesus carlos daniel miguel rafael pedro angel alejandro fernando
    pablo luis sergio jorge alberto alvaro diego adrian raul ivan enrique ramon vicente andres oscar joaquin santiago
    eduardo victor roberto jaime mario ignacio marcos salvador ricardo emilio julian julio guillermo gabriel tomas
    agustin jordi marc gonzalo felipe mariano domingo cristian nicolas cesar martin ismael hugo rodrigo gustavo
    carmen ana isabel dolores pilar josefa teresa rosa cristina angeles antonia elena paula raquel manuela mercedes
    rosario beatriz juana silvia irene encarnacion montserrat susana alba sonia rocio yolanda sandra lorena natalia
    ines esther miriam noelia veronica concepcion amparo catalina consuelo emilia gloria lourdes margarita nuria
    purificacion soledad trinidad ximena guadalupe fernanda gabriela valentina camila luciana mariana jimena
    giuseppe giovanni antonio mario luigi francesco angelo vincenzo pietro salvatore carlo franco domenico bruno paolo
    michele giorgio aldo sergio luciano andrea marco alessandro stefano roberto luca matteo lorenzo davide simone
    fabio massimo claudio enrico federico riccardo daniele gianni gino guido leonardo maurizio nicola raffaele
    tommaso umberto alberto alessio dario emanuele filippo giacomo jacopo mattia nicolo gianluca gabriele pasquale
    rosa giovanna giuseppina angela lucia caterina francesca carmela antonietta elena chiara giulia federica alessia
    martina valentina silvia paola laura roberta simona monica barbara stefania alessandra elisa ilaria serena sofia
    aurora ginevra beatrice greta noemi gaia arianna bianca donatella fiorella gianna graziella loredana mirella
    ornella patrizia raffaella rosaria sabrina teresa tiziana vittoria viola ludovica melissa
    jan piet kees johannes cornelis hendrik willem pieter gerrit jacob dirk maarten bas daan sem thijs ruben jesse
    lars luuk tim tom niels sander jeroen joost wouter bram stijn koen rick mark martijn dennis sven jasper milan
    finn levi luca noud teun gijs hugo mees julian thomas max floris boaz jayden quinten
    anna maria johanna elisabeth cornelia wilhelmina hendrika sanne lotte fleur femke marieke anouk iris eva julia
    emma sophie lisa lieke tess noa sara isa roos evi saar fenna nina lynn maud sofie amy femm esmee britt floor
    anne ingrid marjan yvonne monique saskia esther mirjam karin petra hanneke marloes
    lars anders erik johan karl per nils mikael bengt bo hans gunnar sven olof magnus henrik fredrik mattias
    jonas ole jens niels soren morten mads rasmus kasper bjorn knut leif arne geir svein kari inger anne eva karin
    kristina lena kerstin ingrid birgitta marie ulla margareta elin linnea astrid sigrid solveig mette hanne kirsten
    juhani matti timo kari antti mikko jari pekka anneli helena maarit sari
    piotr krzysztof andrzej tomasz pawel jan marcin michal jakub stanislaw marek grzegorz adam zbigniew
    tadeusz jerzy wojciech mateusz kamil lukasz dawid katarzyna malgorzata agnieszka barbara krystyna ewa
    elzbieta zofia teresa magdalena joanna danuta irena halina helena aleksandra beata dorota jolanta natalia wiktoria
    joao jose antonio francisco carlos paulo pedro lucas luiz marcos luis gabriel rafael daniel marcelo bruno eduardo
    felipe rodrigo manuel tiago diogo ana maria francisca antonia adriana juliana marcia fernanda patricia aline
    camila larissa beatriz leticia vitoria isadora cecilia lorena matheus enzo miguel davi arthur thiago caio
    mohammed mohamed ahmed ali omar hassan hussein ibrahim khalid mustafa fatima aisha zainab layla mariam noor yusuf
    mehmet ayse fatma emine elif murat emre wei li ming yan jing hui priya rahul amit anil sunil ravi
    sanjay vijay arjun rohan neha pooja anita sunita deepak sergey dmitry alexei ivan vladimir olga tatiana
    svetlana natalya yelena igor nikolai yuri mikhail andrei hiroshi kenji yuki haruto sakura minh linh nguyen
    """
)  # fmt: skip

SURNAMES = words(
    """
    smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson
    thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young
    allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter
    roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers
    gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez
    wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez
    powell jenkins perry russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons romero
    jordan patterson alexander hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson
    ellis tran medina aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington
    kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson simpson porter hunter gordon mendez
    silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd rose stone salazar fox
    warren mills meyer rice schmidt garza daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn
    kelley spencer hawkins arnold pierce hansen peters santos hart bradley knight elliott cunningham duncan armstrong
    hudson carroll lane riley andrews alvarado ray delgado berry perkins hoffman johnston matthews pena richards
    contreras willis carpenter lawrence sandoval davies thomas hussain khan ahmed begum ali walsh clarke pritchard
    bibi akhtar harvey barker mistry chapman dean kaur singh sharma kumar gupta shah
    muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schafer koch bauer richter klein wolf
    schroder neumann schwarz zimmermann braun kruger hofmann hartmann lange schmitt werner schmitz krause meier lehmann
    schmid schulze maier kohler herrmann konig walter mayer huber kaiser fuchs peters lang scholz moller weiss jung hahn
    schubert vogel friedrich keller gunther frank berger winkler roth beck lorenz baumann franke albrecht schuster simon
    ludwig bohm winter kraus martin schumacher kramer vogt stein jager otto sommer gross seidel heinrich brandt haas
    schreiber graf schulte dietrich ziegler kuhn kuhne pohl engel horn busch bergmann thomas voigt sauer arnold pfeiffer
    bernard dubois durand petit leroy moreau laurent simon michel lefebvre leroux roux david bertrand morel fournier
    girard bonnet dupont lambert fontaine rousseau vincent muller lefevre faure andre mercier blanc guerin boyer garnier
    chevalier francois legrand gauthier perrin robin clement morin nicolas henry roussel mathieu gautier masson
    marchand duval denis dumont marie lemaire noel meyer dufour meunier brun blanchard giraud joly riviere lucas brunet
    gaillard barbier arnaud gerard roche renard schmitt roy leclerc vidal picard caron philippe
    fernandez gonzalez rodriguez lopez martinez sanchez perez gomez martin jimenez ruiz hernandez diaz moreno
    munoz alvarez romero alonso navarro torres dominguez vazquez gil serrano ramos blanco molina suarez castro
    ortega delgado ortiz rubio marin sanz nunez iglesias medina garrido cortes castillo santos lozano guerrero cano
    prieto mendez cruz calvo gallego vidal leon herrera marquez pena flores cabrera campos vega fuentes diez reyes
    carrasco caballero nieto aguilar pascual herrero santana lorenzo hidalgo montero gimenez ibanez ferrer duran vicente
    rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti costa giordano mancini
    rizzo lombardi moretti barbieri fontana santoro mariani rinaldi caruso ferrara galli martini leone longo
    gentile martinelli vitale lombardo serra coppola marchetti parisi villa conte ferraro ferri fabbri bianco
    marini grasso valentini messina sala gatti pellegrini palumbo sanna farina rizzi monti cattaneo
    jansen bakker visser smit meijer mulder bos vos peters hendriks dekker brouwer koning prins
    dijkstra smits postma kok verhoeven jacobs willems kuiper hoekstra koster schouten willemsen maas vermeulen
    huisman hermans gerritsen peeters janssens mertens claes goossens wouters
    andersson johansson karlsson nilsson eriksson larsson olsson persson svensson gustafsson pettersson jonsson hansson
    hansen johansen olsen larsen andersen pedersen nilsen kristiansen jensen nielsen christensen rasmussen sorensen
    korhonen virtanen makinen nieminen makela hamalainen laine
    nowak kowalski kowalska wisniewski wisniewska wojcik kowalczyk kaminski kaminska lewandowski zielinski szymanski
    wozniak dabrowski kozlowski jankowski mazur
    silva santos oliveira souza rodrigues ferreira alves pereira lima gomes costa ribeiro martins carvalho almeida lopes
    soares fernandes vieira barbosa rocha dias nascimento andrade moreira nunes marques machado mendes freitas cardoso
    ramos goncalves santana teixeira araujo pinto correia sousa
    ivanov ivanova petrov petrova smirnov kuznetsov popov yilmaz kaya demir wang zhang liu yang huang zhao wu zhou
    tanaka suzuki sato takahashi watanabe yamamoto park choi pham
    """
)  # fmt: skip
