namespace Signalbox.Dialects.Tokens;

/// <summary>
/// Thousandths of a token per feature and tokenizer family. Fitted by non-negative least squares on the relative error, over 1,600 pieces
/// of text in 24 languages and eight kinds of code and data, against published vocabularies (docs/profile.md). None is negative, so
/// that more text never has fewer tokens.
/// </summary>
internal static class TokenWeights
{
    private const int Families = 7;

    private static ReadOnlySpan<short> Thousandths =>
    [
        // O200k, Cl100k, Claude, Gemini, Llama, SentencePiece, Qwen
          294,   229,   429,   297,   224,   245,   117, // Word1
         1135,  1192,  1543,  1333,  1220,  1577,  1198, // WordGlued
         1515,  1852,  1776,  1732,  1678,  1996,  1934, // WordAfterDigit
          308,   244,   457,   341,   194,   363,   142, // Capital
         1278,  1332,  1583,  1173,  1298,  1497,  1080, // Hump
            0,     0,     0,     0,     0,     0,     0, // Word2
           18,     0,     0,    78,     0,    74,     0, // Word4
           74,    98,    66,    54,   104,   139,   163, // Word6
          431,   531,   650,   357,   624,   621,   493, // Word9
          679,   907,   870,   793,  1022,   849,   983, // Word13
           86,    63,    55,    71,    72,   110,    72, // UpperRun
          349,  1201,  2133,   236,   238,  1851,   367, // AccentEarly
         1732,  2304,  2314,  1484,  1832,  1962,  2490, // AccentLate
         1492,  1512,  1428,  1697,  1509,  2051,  1922, // Digit1
          611,   288,   370,   892,   469,   860,   904, // DigitAfterLetter
            0,     0,     0,   845,     0,   382,   590, // Digit2
            0,     0,     0,     0,     0,   178,     0, // Digit3
          675,   758,   542,   590,   772,   664,   828, // Space1
          971,   905,   378,  1086,   914,  1046,   912, // Space2
            0,     0,     0,     0,     0,    33,     0, // Space3
          467,   412,   877,  1100,   406,   808,   310, // Newline1
           87,   191,   605,    27,   264,  1269,   389, // Newline2
          853,   780,   794,   891,   773,  1198,   873, // Control
          355,   312,   377,   483,   288,   333,   334, // Mark1
          101,    72,    79,    36,    47,   157,    22, // Mark2
          300,   248,   345,   418,   255,   389,   211, // Code1
          241,    83,     0,     0,     0,     0,    33, // Code2
            0,     0,   135,     0,     0,   288,     0, // Code3
          208,  1415,  2151,   458,   165,   648,   370, // Cyrillic1
          391,   423,   271,   158,   240,   350,   502, // Cyrillic2
           48,     0,    53,   196,   222,   251,     0, // Cyrillic5
          234,   326,   627,   108,   353,   396,   448, // Cyrillic9
          314,   954,  1246,   326,   318,  1071,   904, // Greek
            0,   863,  1260,     0,   301,  2064,     0, // Arabic1
          422,   981,   797,   455,   532,   663,   406, // Arabic2
          168,   173,  1175,   207,     0,   666,   402, // Arabic5
           16,  2051,  2194,    55,   387,  2404,  1794, // Indic1
          275,   643,   720,   163,   511,   554,   593, // Indic2
          427,  1019,  1453,   387,   493,  1190,   989, // Indic5
          408,   944,  1803,   317,   480,  1026,   573, // SouthEastAsian
          661,   633,   889,   928,   409,  1312,   268, // Hangul1
          472,  1096,  1339,   247,   632,  1189,   821, // Hangul2
         1215,  1573,  1712,   782,  1081,  1116,  1458, // Kana1
          511,   836,   726,   261,   489,  1028,   366, // Kana2
          738,  1014,   856,   543,   760,  1008,   663, // Han
          992,   617,   957,  1421,   681,  1535,   894, // CjkMark
          806,  1397,  1348,   503,  1375,  1028,   574, // Surrogate
          708,   771,   703,   768,  1060,   681,   781, // Symbol1
         1355,  1979,  1560,   449,  1735,   675,   437, // Symbol2
            0,  1982,  3236,     0,   902,  2295,  1106, // Other
    ];

    public static double Sum(ReadOnlySpan<double> features, TokenizerFamily family)
    {
        var weights = Thousandths;
        var column = family < TokenizerFamily.Harmony ? (int)family : (int)TokenizerFamily.O200k;
        var sum = 0.0;
        for (var feature = 1; feature < features.Length; feature++)
        {
            sum += features[feature] * weights[((feature - 1) * Families) + column];
        }

        return sum / 1000;
    }
}
