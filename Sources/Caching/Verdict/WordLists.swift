// SPDX-License-Identifier: Apache-2.0

/// The lists behind `Lexicon`: general English, of no one field.
enum WordLists {
    static let roles: [(WordRoles, String)] = [
        (.determiner, "a an the this that these those some any each every all both such much many"),
        (
            .auxiliary,
            """
            is are was were be been being am do does did done doing have has had having can could may might will would shall \
            should must ought cannot
            """
        ),
        (
            .pronoun,
            """
            i me my mine myself we us our ours ourselves you your yours yourself he him his himself she her hers herself it its \
            itself they them their theirs themselves one someone somebody anyone anybody everyone everybody something anything \
            there here
            """
        ),
        (
            .preposition,
            """
            in on at of for with by to from into onto about as than via through during before after until till since within \
            between among against toward towards under over above below across behind beside besides around upon per like near \
            without except despite versus vs according regarding concerning using
            """
        ),
        (.conjunction, "and or but if because so while although though whether nor either neither when as that which who"),
        (.question, "what which who whom whose when where why how"),
        (
            .filler,
            """
            please really actually just very quite so also well kindly simply basically exactly somehow thanks thank hello hi \
            hey ok okay indeed truly honestly literally certainly definitely fact possibly
            """
        ),
        (
            .light,
            """
            get gets got getting gotten have has having take takes go goes going know tell way ways belong belongs kind kinds \
            type types sort sorts thing things come comes think thinks say says
            """
        ),
        (
            .negation,
            """
            not no never none nobody nothing nowhere neither nor without cannot hardly barely scarcely except lack lacks lacking \
            unable fail fails failed failing refuse refuses instead rather
            """
        ),
        (
            .aspect,
            """
            still already yet again anymore always ever once become becomes becoming became almost nearly only formerly \
            previously originally eventually finally soon simultaneously partly partially fully completely entirely temporarily \
            permanently sometimes usually often rarely seldom
            """
        ),
        (
            .volatile,
            """
            today tonight tomorrow yesterday now nowadays currently current latest recent recently pending live newest upcoming \
            ongoing
            """
        ),
        (.number, "hundred thousand million billion trillion dozen"),
        (
            .phase,
            """
            begin begins beginning began start starts starting started stop stops stopping stopped quit quits quitting finish \
            finishing finished continue continues continuing continued keep keeps keeping kept resume resumes resumed
            """
        ),
        (
            .unit,
            """
            kg kgs g gram grams mg ml l liter liters litre litres km m cm mm mile miles inch inches foot feet ft yard yards lb \
            lbs pound pounds oz ounce ounces gallon gallons cup cups hour hours hr hrs minute minutes min mins seconds sec secs \
            ms day days week weeks month months year years gb mb kb tb gigabytes megabytes bytes bits percent dollar dollars \
            euro euros usd eur gbp yen rupee rupees celsius fahrenheit degree degrees watt watts volt volts calories mph kmh hz \
            mhz ghz times
            """
        ),
        (
            .amount,
            """
            fee fees cost costs price prices rate limit limits charge charges salary amount number population distance height \
            weight age size speed balance tax total interest penalty fine value quantity length width depth temperature premium \
            rent wage date time deadline duration
            """
        ),
        (
            .action,
            """
            cancel close send transfer delete remove pay block freeze order book buy sell open stop terminate activate \
            deactivate change update add set move deposit withdraw call text email schedule remind play turn lock unlock reset \
            renew refund create submit apply report restart reboot deploy release install uninstall enable disable start run \
            kill drop merge revert approve reject
            """
        ),
        (
            .state,
            """
            balance order orders payment payments transaction transactions statement account accounts appointment appointments \
            delivery package parcel shipment booking reservation ticket tickets flight bill bills invoice refund claim salary \
            paycheck score subscription calendar schedule meeting meetings reading readings results result location name \
            birthday age weight level levels prescription prescriptions order status spending limit card cards
            """
        ),
        (
            .title,
            """
            customer client member user patient employee holder mr mrs ms miss dr doctor professor president senator sir city \
            state country
            """
        ),
    ]

    static let numbers = """
        zero=0 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 \
        fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 \
        eighty=80 ninety=90 hundred=100 thousand=1000 million=1000000 billion=1000000000 trillion=1000000000000 dozen=12 \
        half=1/2 quarter=1/4 twice=2x double=2x triple=3x thrice=3x single=1x first=1st second=2nd third=3rd fourth=4th \
        fifth=5th sixth=6th seventh=7th eighth=8th ninth=9th tenth=10th
        """

    static let dates = """
        monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays \
        january february april june july august september october november december jan feb apr jun jul aug sept oct nov dec \
        christmas easter weekend weekday weekends weekdays midnight noon morning afternoon evening
        """

    static let contractions = """
        can't=can not
        cannot=can not
        won't=will not
        shan't=shall not
        ain't=is not
        i'm=i am
        im=i am
        ive=i have
        let's=let us
        cant=can not
        wont=will not
        dont=do not
        doesnt=does not
        didnt=did not
        isnt=is not
        arent=are not
        wasnt=was not
        werent=were not
        hasnt=has not
        havent=have not
        shouldnt=should not
        wouldnt=would not
        couldnt=could not
        whats=what is
        wheres=where is
        whos=who is
        hows=how is
        whens=when is
        thats=that is
        youre=you are
        gonna=going to
        wanna=want to
        gotta=have to
        """

    /// Said before a question without being part of it.
    static let openings = """
        please
        hi
        hello
        hey
        ok
        okay
        so
        and
        can you please tell me
        can you tell me
        could you tell me
        could you please tell me
        can you explain
        can you please explain
        could you explain
        can you show me
        please tell me
        tell me
        explain to me
        tell me about
        show me
        give me
        i need help with
        help me with
        explain
        describe
        do you know
        do you think
        i want to know
        i would like to know
        i need to know
        i wonder
        i was wondering
        i am wondering
        i am curious
        just curious
        may i know
        let me know
        can you let me know
        could you let me know
        please let me know
        i would like to find out
        i want to find out
        may i ask
        """

    /// With my or me behind them they ask that something be done.
    static let requests = """
        can you
        can you please
        could you
        could you please
        would you
        would you please
        will you
        will you please
        i want you to
        i need you to
        i would like you to
        """

    /// Different ways to ask whether something can be done.
    static let abilities = """
        is it possible to
        is it possible for me to
        is it possible that i can
        would it be possible to
        would it be possible for me to
        am i able to
        am i allowed to
        will i be able to
        would i be able to
        is there any way i can
        is there a way i can
        """

    /// Said before what is to be done: how do I do it?
    static let ways = """
        how to
        how do i
        how do you
        how do we
        how can i
        how can you
        how can we
        how could i
        how would i
        how would you
        how should i
        how does one
        how do people
        how can one
        how might i
        how should one
        show me how to
        what is the best way to
        what is the best way for me to
        what is the easiest way to
        what is a good way to
        what is the right way to
        what is the proper way to
        what is the way to
        what are the ways to
        what are some ways to
        what are some good ways to
        what are good ways to
        what are the best ways to
        what is one way to
        what should i do to
        what do i do to
        what do i have to do to
        what do i need to do to
        what can i do to
        what must i do to
        what steps do i take to
        what are the steps to
        is there a way to
        is there any way to
        is there a good way to
        best way to
        steps to
        ways to
        """
}
