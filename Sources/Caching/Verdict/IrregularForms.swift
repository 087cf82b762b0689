// SPDX-License-Identifier: Apache-2.0

extension WordLists {
    /// The plain form first, the participle last.
    static let irregular = """
        be am is are was were been
        buy bought
        sell sold
        keep kept
        bring brought
        think thought
        teach taught
        catch caught
        send sent
        spend spent
        lend lent
        build built
        find found
        lose lost
        win won
        leave left
        lead led
        meet met
        feed fed
        pay paid
        say said
        tell told
        hold held
        hear heard
        make made
        mean meant
        feel felt
        sleep slept
        sweep swept
        deal dealt
        sit sat
        stand stood
        understand understood
        hang hung
        dig dug
        shoot shot
        fight fought
        seek sought
        get got gotten
        forget forgot forgotten
        give gave given
        forgive forgave forgiven
        take took taken
        mistake mistook mistaken
        shake shook shaken
        write wrote written
        drive drove driven
        ride rode ridden
        rise rose risen
        speak spoke spoken
        break broke broken
        steal stole stolen
        choose chose chosen
        freeze froze frozen
        wake woke woken
        know knew known
        grow grew grown
        throw threw thrown
        blow blew blown
        fly flew flown
        draw drew drawn
        show showed shown
        see saw seen
        eat ate eaten
        fall fell fallen
        beat beaten
        bite bit bitten
        hide hid hidden
        wear wore worn
        tear tore torn
        bear bore born
        swear swore sworn
        begin began begun
        drink drank drunk
        sing sang sung
        swim swam swum
        ring rang rung
        run ran run
        come came come
        become became become
        go went gone
        do did done
        have had had
        put put
        cut cut
        hit hit
        hurt hurt
        set set
        read read
        let let
        shut shut
        cost cost
        hold held
        child children
        person people
        man men
        woman women
        foot feet
        tooth teeth
        mouse mice
        wife wives
        life lives
        knife knives
        half halves
        """
}
