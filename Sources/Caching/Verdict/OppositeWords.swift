// SPDX-License-Identifier: Apache-2.0

extension WordLists {
    /// Words of which one cannot stand for the other. Verbs and nouns of opposite action, adjectives of opposite side, and words
    /// that name neighbouring but different things in a closed set.
    static let antonyms = """
        buy/sell purchase/sell long/short rise/fall increase/decrease gain/lose profit/loss win/lose up/down high/low \
        higher/lower highest/lowest more/less more/fewer most/least maximum/minimum max/min upper/lower above/below over/under \
        before/after early/late earlier/later earliest/latest first/last start/end begin/end start/stop begin/stop start/finish \
        open/close open/closed enable/disable activate/deactivate on/off in/out into/from to/from with/without include/exclude \
        add/remove insert/delete create/delete create/destroy install/uninstall lock/unlock allow/deny allow/forbid allow/block \
        allow/prevent permit/prohibit accept/reject accept/decline approve/reject approve/deny grant/revoke grant/deny \
        encrypt/decrypt encode/decode compress/decompress import/export upload/download push/pull send/receive give/take \
        lend/borrow deposit/withdraw credit/debit debit/prepaid call/put pay/charge pay/owe waive/charge refund/charge \
        save/spend save/delete earn/spend asset/liability income/expense revenue/cost buyer/seller lender/borrower \
        employer/employee landlord/tenant parent/child mother/father son/daughter brother/sister husband/wife man/woman boy/girl \
        male/female king/queen uncle/aunt good/bad better/worse best/worst right/wrong right/left correct/incorrect true/false \
        safe/dangerous safe/risky healthy/harmful healthy/sick hot/cold warm/cool hotter/colder big/small large/small \
        bigger/smaller larger/smaller fast/slow faster/slower quick/slow strong/weak heavy/light thick/thin wide/narrow \
        deep/shallow tall/short long-term/short-term old/new new/existing new/used old/young older/younger ancient/modern \
        rich/poor cheap/expensive cheaper/dearer easy/hard easy/difficult simple/complex full/empty clean/dirty wet/dry \
        hard/soft loud/quiet bright/dark light/dark sharp/dull smooth/rough happy/sad love/hate like/dislike laugh/cry \
        friend/enemy ally/enemy war/peace attack/defend attack/defense guilty/innocent legal/illegal public/private \
        internal/external inside/outside indoor/outdoor inner/outer interior/exterior domestic/international domestic/foreign \
        local/remote local/global national/international native/foreign north/south east/west northern/southern eastern/western \
        front/back top/bottom forward/backward forwards/backwards ascend/descend ascending/descending ascent/descent \
        arrive/depart arrival/departure arrivals/departures enter/exit enter/leave entrance/exit come/go inbound/outbound \
        incoming/outgoing checkin/checkout day/night morning/evening am/pm summer/winter spring/autumn sunrise/sunset \
        remember/forget learn/forget teach/learn ask/answer question/answer find/lose hide/show show/hide appear/disappear \
        build/destroy break/fix repair/break connect/disconnect attach/detach mount/unmount load/unload login/logout \
        subscribe/unsubscribe follow/unfollow join/leave hire/fire accelerate/slow expand/shrink expand/collapse expand/contract \
        grow/shrink inflate/deflate raise/lower raise/cut lift/drop tighten/loosen freeze/thaw freeze/melt heat/cool boil/freeze \
        live/die alive/dead birth/death born/die succeed/fail success/failure pass/fail positive/negative plus/minus \
        multiply/divide addition/subtraction numerator/denominator input/output read/write reader/writer source/destination \
        source/target client/server frontend/backend upstream/downstream horizontal/vertical row/column rows/columns \
        serial/parallel synchronous/asynchronous sync/async static/dynamic manual/automatic manually/automatically \
        analog/digital hardware/software odd/even prime/composite single/married optimist/pessimist optimistic/pessimistic \
        liberal/conservative progressive/conservative major/minor majority/minority senior/junior expert/novice expert/beginner \
        advanced/basic premium/basic premium/standard standard/express gold/platinum gold/silver silver/platinum \
        checking/savings fixed/variable gross/net taxable/deductible taxable/exempt taxable/free prescription/generic \
        hypertension/hypotension hyper/hypo acute/chronic benign/malignant systolic/diastolic always/never often/rarely \
        often/seldom everything/nothing everyone/nobody all/none all/some all/any all/few every/any every/some each/some \
        many/few much/little here/there any/none both/neither with/against for/against pro/con pros/cons advantage/disadvantage \
        advantages/disadvantages benefit/drawback benefits/drawbacks benefit/risk benefits/risks strength/weakness \
        strengths/weaknesses cause/effect cause/prevent cause/cure causes/effects cause/symptom symptom/treatment \
        cause/treatment prevent/treat diagnose/treat voluntary/mandatory optional/required optional/mandatory required/forbidden \
        temporary/permanent present/absent present/past past/future ancestor/descendant predecessor/successor previous/next \
        prior/subsequent teacher/student doctor/patient winner/loser host/guest supply/demand vegetarian/carnivore \
        carnivore/herbivore convex/concave minimize/maximize minimise/maximise minimize/restore overweight/underweight \
        overestimate/underestimate overpaid/underpaid overload/underload presence/absence brave/cautious brave/cowardly \
        polite/rude kind/cruel generous/stingy humble/arrogant calm/angry patient/impatient secure/insecure visible/invisible \
        stable/unstable
        """

    /// Each line: words of one meaning in nearly every sentence.
    static let synonyms = """
        buy purchase
        get receive obtain
        good best
        big large
        select choose
        small tiny
        fast quick rapid
        quickly fast rapidly
        begin commence
        phone telephone
        cellphone smartphone
        car automobile
        photo photograph picture
        movie film
        doctor physician
        kid child
        repair fix
        cost price
        error mistake
        happy joyful glad
        angry furious mad
        smart intelligent clever
        sad unhappy
        rich wealthy
        scared afraid frightened
        brave courageous
        attorney lawyer
        easy simple
        reply respond
        ask enquire inquire
        assist help
        need want require
        kind type sort
        thankful grateful
        info information
        abroad overseas
        speak talk
        shut close
        reduce decrease
        improve enhance
        shop store
        trash garbage rubbish
        holiday vacation
        airplane plane aeroplane
        bike bicycle
        website site webpage
        password passcode
        company firm
        country nation
        city town
        illness disease sickness
        medicine medication
        important significant
        famous renowned
        strange weird odd
        distinction difference
        eat consume
        benefit advantage
        drawback disadvantage downside
        objective goal
        advise recommend suggest
        occur happen
        overcome conquer
        forecast predict
        terminate end
        setup configure
        verify confirm
        discover uncover
        attempt try
        instructor teacher
        guy man
        mom mother
        dad father
        salary wage
        tv television
        fridge refrigerator
        """
}
