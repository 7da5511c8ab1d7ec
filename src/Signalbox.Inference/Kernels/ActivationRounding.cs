namespace Signalbox.Inference.Kernels;

/// <summary>Rounds one row of the input to the forms that quantized and F16 weights are multiplied with; rounding is to nearest even.</summary>
internal static unsafe class ActivationRounding
{
    /// <summary>Each value to F16 and back.</summary>
    public static void ToHalves(in ActivationForms forms, int row)
    {
        float* values = forms.Values + (long)row * forms.Columns;
        float* halves = forms.Halves + (long)row * forms.Columns;
        for (int i = 0; i < forms.Columns; i++)
        {
            halves[i] = (float)(Half)values[i];
        }
    }

    /// <summary>Blocks of 32: scale = max|x| / 127 as F16, value = round(x * 127 / max|x|).</summary>
    public static void ToQ8(in ActivationForms forms, int row)
    {
        float* values = forms.Values + (long)row * forms.Columns;
        sbyte* rounded = forms.Q8Values + (long)row * forms.ByteStride;
        for (int block = 0; block < forms.Columns / 32; block++)
        {
            float* x = values + 32 * block;
            float largest = 0;
            for (int i = 0; i < 32; i++)
            {
                largest = MathF.Max(largest, MathF.Abs(x[i]));
            }

            float inverse = largest > 0 ? 127f / largest : 0;
            int sum = 0;
            for (int i = 0; i < 32; i++)
            {
                int q = (int)MathF.Round(x[i] * inverse);
                rounded[32 * block + i] = (sbyte)q;
                sum += q;
            }

            forms.Q8Scales[(long)row * forms.BlockStride + block] = (float)(Half)(largest / 127f);
            forms.Q8Sums[(long)row * forms.BlockStride + block] = sum;
        }
    }

    /// <summary>Blocks of 256: with m the value of largest magnitude and its sign, s = -127 / m, value = min(127, round(s * x)), scale = 1 / s.</summary>
    public static void ToK8(in ActivationForms forms, int row)
    {
        float* values = forms.Values + (long)row * forms.Columns;
        sbyte* rounded = forms.K8Values + (long)row * forms.ByteStride;
        short* sums = forms.K8Sums + (long)row * 2 * forms.BlockStride;
        for (int block = 0; block < forms.Columns / 256; block++)
        {
            float* x = values + 256 * block;
            float extreme = 0;
            for (int i = 0; i < 256; i++)
            {
                extreme = MathF.Abs(x[i]) > MathF.Abs(extreme) ? x[i] : extreme;
            }

            float inverse = extreme != 0 ? -127f / extreme : 0;
            for (int group = 0; group < 16; group++)
            {
                int sum = 0;
                for (int i = 16 * group; i < 16 * group + 16; i++)
                {
                    int q = Math.Min(127, (int)MathF.Round(inverse * x[i]));
                    rounded[256 * block + i] = (sbyte)q;
                    sum += q;
                }

                sums[16 * block + group] = (short)sum;
            }

            forms.K8Scales[(long)row * forms.BlockStride + block] = extreme != 0 ? 1f / inverse : 0;
        }
    }
}
