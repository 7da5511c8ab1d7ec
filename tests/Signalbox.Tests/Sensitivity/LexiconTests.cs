using Signalbox.Sensitivity.Detectors;

namespace Signalbox.Tests.Sensitivity;

/// <summary>Words are found the same way whatever stands around them, in the fast walk over ASCII and in the slow one.</summary>
public sealed class LexiconTests
{
    private static readonly string[] Words =
    [
        "telephone", "Passport", "iban", "the", "is", "a", "secret", "password", "TELEFON", "ignore", "previous", "instructions", "train", "signal", "Harbour", "harboured", "o", "xyz", "telefonnummer", "ssn",
        "straße", "Führerschein", "naïve", "numéro", "電話", "住所", "паспорт", "telephon\u0301e", "te", "tel", "pass", "passw",
    ];

    private static readonly string[] Between = [" ", "  ", ", ", "\n", "7", " 42 ", ":", "'", "-", "\u00a0", "。", " — "];

    [Fact]
    public void A_text_has_the_known_words_that_its_words_are()
    {
        var random = new Random(11);
        for (var round = 0; round < 2_000; round++)
        {
            var isPlain = round % 2 == 0;
            var text = new System.Text.StringBuilder();
            var expected = new List<WordHit>();
            var count = random.Next(1, round % 50 == 0 ? 600 : 40);
            for (var i = 0; i < count; i++)
            {
                var word = Words[random.Next(isPlain ? 20 : Words.Length)];
                foreach (var hit in Find(word))
                {
                    expected.Add(new WordHit(hit.Start + text.Length, hit.End + text.Length, hit.Classes));
                }

                text.Append(word).Append(Between[random.Next(isPlain ? 9 : Between.Length)]);
            }

            Assert.Equal(expected, Find(text.ToString()));
        }
    }

    [Fact]
    public void A_word_is_known_by_its_letters_wherever_in_a_text_it_stands()
    {
        for (var before = 0; before < 1_100; before++)
        {
            var blanks = new string(' ', before);
            Assert.Equal([new WordHit(before, before + 8, Find("passport")[0].Classes)], Find(blanks + "passport"));
            Assert.Equal([new WordHit(before, before + 8, Find("passport")[0].Classes)], Find(blanks + "passport" + blanks));
            Assert.Empty(Find(blanks + "xpassport"));
        }
    }

    private static List<WordHit> Find(string text)
    {
        var hits = new WordHits(new WordHit[4]);
        Lexicon.Instance.Find(text, ref hits);
        var found = hits.All.ToArray().ToList();
        hits.Dispose();
        return found;
    }
}
