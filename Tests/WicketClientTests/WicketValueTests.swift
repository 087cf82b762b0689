// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketClient

struct WicketValueTests {
    @Test func `literals become the JSON that they look like`() {
        let value: WicketValue = [
            "text": "a \"quote\" and\nmore", "number": 3, "fraction": 0.5, "yes": true, "no": false, "nothing": nil,
            "list": [1, "two", [:]], "empty": [],
        ]
        #expect(
            value.json == #"{"text":"a \"quote\" and\nmore","number":3,"fraction":0.5,"yes":true,"no":false,"nothing":null,"#
                + #""list":[1,"two",{}],"empty":[]}"#)
    }

    @Test func `what is not there is null, however deep`() throws {
        let value = try WicketValue(json: #"{"a":[{"b":"c"}]}"#)
        #expect(value["a"][0]["b"].string == "c")
        #expect(value["a"][1]["b"].isNull)
        #expect(value["a"]["b"][3]["x"].isNull)
        #expect(value["a"][-1].isNull)
        #expect(value["x"].string == nil)
    }

    @Test func `numbers keep their digits`() throws {
        let value = try WicketValue(json: "[12345678901234567890123, 1.10, 7]")
        #expect(value[0].json == "12345678901234567890123")
        #expect(value[1].json == "1.10")
        #expect(value[2].int == 7)
        #expect(value[1].double == 1.1)
        #expect(value[0].int == nil)
    }

    @Test func `members keep their order`() throws {
        let value = try WicketValue(json: #"{"z":1,"a":2,"m":{"x":3}}"#)
        #expect(value.members.map(\.key) == ["z", "a", "m"])
        #expect(value["m"].members.map(\.value.json) == ["3"])
        #expect(value.elements.isEmpty)
    }

    @Test func `text that is not JSON says where`() {
        let error = #expect(throws: WicketError.self) { try WicketValue(json: #"{"a":}"#) }
        #expect(error?.type == "invalid_json")
        #expect(error?.message.contains("byte 5") == true)
    }
}
