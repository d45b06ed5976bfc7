export default defineAppConfig({
  ui: {
    colors: { primary: 'harbour', neutral: 'stone' },
    button: {
      slots: { base: 'cursor-pointer font-semibold rounded-[0.625rem]' },
      variants: {
        size: {
          md: { base: 'px-3.5 py-2 text-[0.9375rem]' },
          lg: { base: 'px-4 py-2.5 text-base' },
          xl: { base: 'px-4.5 py-2.5 text-base min-h-11' },
        },
      },
      defaultVariants: { size: 'md' as const },
    },
  },
})
