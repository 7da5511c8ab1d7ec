using Signalbox.Sensitivity;

namespace Signalbox.Tests.Sensitivity;

/// <summary>Each detector on what it is for, and on what looks like it and is not.</summary>
public class PersonalDataTests
{
    [Theory]
    [InlineData("email", "Write to ada.lovelace+notes@mail.example.org, please.")]
    [InlineData("email", "<jürgen@bücher.example>")]
    [InlineData("phone", "+49 30 901820")]
    [InlineData("phone", "(555) 010-4477")]
    [InlineData("phone", "415-555-0132")]
    [InlineData("phone", "01.84.17.61.18")]
    [InlineData("phone", "Mobile: 345-899-3560x4587")]
    [InlineData("phone", "call me: 6612 3456")]
    [InlineData("phone", "Tel. 8358939")]
    [InlineData("card", "4242 4242 4242 4242")]
    [InlineData("card", "378282246310005")]
    [InlineData("card", "My card 4000 1234 5678 9010 was refused")] // The check digit is wrong; the sentence says what it is.
    [InlineData("iban", "DE89370400440532013000")]
    [InlineData("iban", "fr14 2004 1010 0505 0001 3m02 606")]
    [InlineData("iban", "IBAN: GB00ABCD12345612345678")] // As above.
    [InlineData("national_id", "536-90-4399")]
    [InlineData("national_id", "SSN 536904399")]
    [InlineData("national_id", "AB123456C")]
    [InlineData("national_id", "12345678Z")]
    [InlineData("national_id", "X1234567L")]
    [InlineData("national_id", "RSSMRA85T10A562S")]
    [InlineData("national_id", "529.982.247-25")]
    [InlineData("national_id", "44051401359")]
    [InlineData("national_id", "811228-9874")]
    [InlineData("national_id", "131052-308T")]
    [InlineData("national_id", "756.9217.0769.85")]
    [InlineData("national_id", "Ausweisnummer L01X00T47")]
    [InlineData("national_id", "2341 2341 2346")]
    [InlineData("passport", "my passport is C01X00T47")]
    [InlineData("driver_licence", "driver's license number is U62928788557186")]
    [InlineData("ip_address", "from 203.0.113.9 at noon")]
    [InlineData("ip_address", "2001:db8:85a3:0:0:8a2e:370:7334")]
    [InlineData("private_ip", "host 192.168.1.20")]
    [InlineData("address", "221 Elm Street")]
    [InlineData("address", "Hauptstraße 5a")]
    [InlineData("address", "rue de la Paix 12")]
    [InlineData("address", "12, rue de la Paix")]
    [InlineData("address", "P.O. Box 104")]
    [InlineData("address", "Apt. 12")]
    [InlineData("address", "London SW1A 1AA")]
    [InlineData("address", "Springfield, IL 62704")]
    [InlineData("address", "PSC 0413, Box 8144\nAPO AA 42323")]
    [InlineData("address", "She lives at 255 Hersnap 18")]
    [InlineData("person_name", "Please ask Dr. Weissmann about it")]
    [InlineData("person_name", "Ich heiße Jorinde")]
    [InlineData("field_name", "\"date_of_birth\": \"1990-01-01\"")]
    [InlineData("field_name", "geburtsdatum = 01.01.1990")]
    public void It_is_found(string kind, string text) => Assert.Contains(kind, Inspect.KindsOf(text));

    [Theory]
    [InlineData("In 2024 we sold 1,250,000 units at $19.99 each, 12 % more than in 2019-2020.")]
    [InlineData("Chapter 3.2.1 describes version 10.4.2.1 of the protocol.")]
    [InlineData("from 2026-03-14 10:30:00 to 14.03.2026 12:00")]
    [InlineData("The ISBN is 978-3-16-148410-0.")]
    [InlineData("3.14159265358979323846 and 2.718281828")]
    [InlineData("a@b, @media, user@, x @ y, foo@bar")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("550e8400-e29b-41d4-a716-446655440000")]
    [InlineData("4111 1111 1111 1112")]
    [InlineData("GB00ABCD12345612345678")]
    [InlineData("000-12-3456 and 666-12-3456")]
    [InlineData("12345678A")]
    [InlineData("529.982.247-26")]
    [InlineData("127.0.0.1 and 0.0.0.0 and ::1 and 1.2.3.4")]
    [InlineData("std::vector<int> a::b at 12:30:45")]
    [InlineData("10 people on the street walked 3 miles down the road via Rome")]
    [InlineData("At 18°C and 37°C. Before that, 13C NMR: 21.3 (1C, s)")]
    [InlineData("1234567890123456789012345678901234567890")]
    [InlineData("x = 4096 * 2048 / 365.25")]
    [InlineData("date of birth")]
    [InlineData("the doctor and the professor")]
    public void What_only_looks_like_it_is_not_found(string text) => Assert.Empty(Inspect.KindsOf(text));

    [Theory]
    [InlineData("4242 4242 4242 4242", SensitivityLabel.Confidential)]
    [InlineData("DE89370400440532013000", SensitivityLabel.Confidential)]
    [InlineData("536-90-4399", SensitivityLabel.Confidential)]
    [InlineData("ada@example.org", SensitivityLabel.Internal)]
    [InlineData("192.168.1.20", SensitivityLabel.Public)]
    [InlineData("Hello, how are you?", SensitivityLabel.Public)]
    public void A_kind_has_its_label(string text, SensitivityLabel label) => Assert.Equal(label, Inspect.LabelOf(text));

    [Fact]
    public void A_finding_says_where_it_is_and_nothing_else()
    {
        var finding = Assert.Single(Inspect.Detector.Inspect("Ask ada@example.org.").Findings);

        Assert.Equal(new SensitivityFinding("email", 0, 4, 15, SensitivityLabel.Internal), finding);
        Assert.DoesNotContain("ada", finding.ToString(), StringComparison.Ordinal);
    }
}
